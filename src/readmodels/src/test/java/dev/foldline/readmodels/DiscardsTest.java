package dev.foldline.readmodels;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.StoredEvent;
import dev.foldline.core.UnknownEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.readmodels.Discards.Discarded;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.WithEventStore;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@WithEventStore
class DiscardsTest {

  private static final String REST =
      ",\"type\":\"t\",\"cause\":\"c\",\"reason\":\"r\",\"by\":\"me\"}";

  private final String projection = EventStoreServer.unique("sums");

  @Test
  void are_known_to_others_too(EventStoreServer server) {
    try (EventStore store = connect(server)) {
      EventRef event = new EventRef("n-1", 7);
      await(
          new Discards(store, Ground.NAMESPACE, projection)
              .add(List.of(new Discarded(Discarded.FORMAT, "n-1", 7, "t", "c", "r", "me"))));
      Discards others = new Discards(store, Ground.NAMESPACE, projection);

      assertThat(others.contains(event)).isFalse();
      assertThat(await(others.refresh())).isTrue();
      assertThat(others.contains(event)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"stream\":\"n-1\",\"revision\":7" + REST,
        "{\"format\":2,\"stream\":\"n-1\",\"revision\":7" + REST,
        "{\"format\":1,\"stream\":\"n-1\"" + REST,
        "{\"format\":1,\"stream\":\"n-1\",\"revision\":\"7\"" + REST,
        "{\"format\":1,\"stream\":\"n-1\",\"revision\":null" + REST,
        "nonsense"
      })
  void of_another_form_are_refused_since_a_guess_would_leave_out_another_event(
      String stored, EventStoreServer server) {
    try (EventStore store = connect(server)) {
      StoredEvent event =
          new StoredEvent(UUID.randomUUID(), "discarded", stored.getBytes(UTF_8), new byte[0]);
      await(store.append("foldline-discarded-bank:" + projection, List.of(event)));

      assertThatThrownBy(() -> await(new Discards(store, Ground.NAMESPACE, projection).refresh()))
          .isInstanceOf(UnknownEvent.class)
          .hasMessageContaining("discarded");
    }
  }

  private static EventStore connect(EventStoreServer server) {
    return new EventStore(server.connectionString(), Duration.ofSeconds(5));
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }
}
