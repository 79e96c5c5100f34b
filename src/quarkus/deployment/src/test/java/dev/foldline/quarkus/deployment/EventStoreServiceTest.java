package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class EventStoreServiceTest {

  private static EventStoreService service(OptionalInt port) {
    return new EventStoreService(Optional.empty(), port);
  }

  @Test
  void a_port_that_is_taken_is_named_with_the_property() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var service = service(OptionalInt.of(taken.getLocalPort()));

      assertThatThrownBy(service::start)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContainingAll("port " + taken.getLocalPort(), "foldline.devservices.port");
    }
  }

  @Test
  void takes_a_free_port_where_the_usual_one_is_taken() throws IOException {
    try (ServerSocket _ = usualPort()) {
      var service = service(OptionalInt.empty());
      service.start();

      assertThat(service.getConnectionInfo()).doesNotContain(":2113");
      service.close();
    }
  }

  /** Taken here, or by somebody else. */
  private static ServerSocket usualPort() throws IOException {
    try {
      return new ServerSocket(2113, 1, InetAddress.getLoopbackAddress());
    } catch (BindException _) {
      return new ServerSocket();
    }
  }
}
