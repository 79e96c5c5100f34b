package dev.foldline.quarkus.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.embedded.EmbeddedEventStore;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.testing.StoreRequests;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A view across streams that does not come to a token")
class QueriesTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Test
  void waits_for_a_stream_as_long_as_that_is_there() {
    try (var server = EmbeddedEventStore.builder().start();
        var store = new EventStore(server.connectionString(), Duration.ofSeconds(5))) {
      for (String stream : List.of("a-living", "a-deleted", "a-tombstoned")) {
        var event = new StoredEvent(UUID.randomUUID(), "e", "{}".getBytes(UTF_8), new byte[0]);
        store.append(stream, List.of(event)).await().atMost(LIMIT);
      }
      store
          .call(StreamsGrpc.getDeleteMethod(), StoreRequests.delete("a-deleted"))
          .await()
          .atMost(LIMIT);
      store
          .call(StreamsGrpc.getTombstoneMethod(), StoreRequests.tombstone("a-tombstoned"))
          .await()
          .atMost(LIMIT);

      gone(store, "a-deleted@0");
      gone(store, "a-deleted@7");
      gone(store, "a-tombstoned@0");
      assertThatThrownBy(() -> gone(store, "a-living@0")).isInstanceOf(Unavailable.class);
      assertThatThrownBy(() -> gone(store, "a-living@7")).isInstanceOf(Unavailable.class);
    }
  }

  private static void gone(EventStore store, String token) {
    Consistency.mustBeGone(store.streams(), ConsistencyToken.parse(token)).await().atMost(LIMIT);
  }
}
