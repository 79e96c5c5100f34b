package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.QuarkusUnitTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Where the port of the store inside is taken, the start")
class EmbeddedStorePortTest {

  private static final ServerSocket TAKEN = taken();

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withEmptyApplication()
          .overrideConfigKey("quarkus.http.test-port", "0")
          .overrideConfigKey("quarkus.redis.hosts", "redis://localhost:1")
          .overrideConfigKey("foldline.devservices.enabled", "false")
          .overrideConfigKey("foldline.embedded.enabled", "true")
          .overrideConfigKey("foldline.embedded.port", Integer.toString(TAKEN.getLocalPort()))
          .assertException(
              failure ->
                  assertThat(failure)
                      .hasStackTraceContaining("port " + TAKEN.getLocalPort())
                      .hasStackTraceContaining("foldline.embedded.port"));

  private static ServerSocket taken() {
    try {
      return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterAll
  static void close() throws IOException {
    TAKEN.close();
  }

  @Test
  void says_which_property_sets_it() {
    // the start ends before
  }
}
