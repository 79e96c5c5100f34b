package dev.foldline.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.embedded.EmbeddedEventStore;
import dev.foldline.eventstoredb.connection.EventStore;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The health of the event store")
class EventStoreHealthTest {

  private static HealthCheckResponse health(EmbeddedEventStore server, String user) {
    String connection = "esdb://" + user + "@localhost:" + server.port() + "?tls=false";
    try (EventStore store = new EventStore(connection, Duration.ofSeconds(5))) {
      return new EventStoreHealth(store).call().await().atMost(Duration.ofSeconds(20));
    }
  }

  @Test
  void is_down_by_name_where_it_does_not_let_the_application_in() {
    try (var server = EmbeddedEventStore.builder().user("bank", "s3cret").start()) {
      assertThat(health(server, "bank:s3cret").getStatus()).isEqualTo(Status.UP);

      HealthCheckResponse refused = health(server, "bank:wrong");
      assertThat(refused.getStatus()).isEqualTo(Status.DOWN);
      assertThat(refused.getData().map(Map::toString))
          .hasValueSatisfying(
              reason -> assertThat(reason).contains("refuses the user and password"));
    }
  }
}
