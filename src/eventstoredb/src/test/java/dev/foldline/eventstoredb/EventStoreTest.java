package dev.foldline.eventstoredb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.DeleteStreamOptions;
import dev.foldline.core.Failure;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Unavailable;
import dev.foldline.embedded.EmbeddedEventStore;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The connection to the event store")
class EventStoreTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static <T> T get(Uni<T> uni) {
    return uni.await().atMost(PATIENCE);
  }

  private static StoredEvent event() {
    return new StoredEvent(UUID.randomUUID(), "e", "{}".getBytes(UTF_8), new byte[0]);
  }

  @Test
  void comes_back_with_the_store_however_long_it_was_away() {
    EmbeddedEventStore first = EmbeddedEventStore.builder().start();
    int port = first.port();
    try (EventStore store = new EventStore(first.connectionString(), Duration.ofSeconds(5))) {
      get(store.append("a", -1, List.of(event())));
      first.close();
      for (int failed = 0; failed < 20; failed++) {
        assertThatThrownBy(() -> get(store.ping())).isInstanceOf(Unavailable.class);
      }

      try (var _ = EmbeddedEventStore.builder().port(port).start()) {
        await()
            .atMost(PATIENCE)
            .ignoreExceptionsInstanceOf(Failure.class)
            .until(() -> get(store.append("a", -1, List.of(event()))).revision() == 0);
      }
    }
  }

  @Test
  void bounds_every_call_to_a_store_that_does_not_answer() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        EventStore store =
            new EventStore(
                "esdb://localhost:" + silent.getLocalPort() + "?tls=false",
                Duration.ofMillis(200))) {
      assertThatThrownBy(() -> get(store.read("a", 0, 1))).isInstanceOf(Unavailable.class);
      assertThatThrownBy(() -> get(store.append("a", -1, List.of(event()))))
          .isInstanceOf(OutcomeUnknown.class);
    }
  }

  @Test
  void tells_no_position_of_a_repeat_whose_events_were_deleted() throws Exception {
    try (var server = EmbeddedEventStore.builder().start();
        EventStore store = new EventStore(server.connectionString(), Duration.ofSeconds(5));
        EventStore other = new EventStore(server.connectionString(), Duration.ofSeconds(5))) {
      List<StoredEvent> events = List.of(event());
      get(store.append("a", -1, events));
      store.client().deleteStream("a", DeleteStreamOptions.get()).get(20, TimeUnit.SECONDS);

      assertThat(get(other.append("a", -1, events))).isEqualTo(new Appended(0, -1));
      assertThat(get(store.append("a", -1, events))).isEqualTo(new Appended(0, -1));
    }
  }

  @Test
  void answers_on_the_callers_context() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (var server = EmbeddedEventStore.builder().start();
        EventStore store = new EventStore(server.connectionString(), Duration.ofSeconds(5))) {
      Context context = vertx.getOrCreateContext();
      CompletableFuture<Context> answered = new CompletableFuture<>();
      context.runOnContext(
          _ ->
              store
                  .read("a", 0, 1)
                  .subscribe()
                  .with(
                      _ -> answered.complete(Vertx.currentContext()),
                      answered::completeExceptionally));

      assertThat(answered.get(20, TimeUnit.SECONDS)).isSameAs(context);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void lets_few_calls_through_while_the_store_is_away_and_all_once_it_is_back() {
    Circuit circuit = new Circuit(3, Duration.ofMillis(50));
    for (int i = 0; i < 3; i++) {
      assertThat(circuit.lets()).isTrue();
      circuit.saw(true);
    }
    assertThat(circuit.lets()).isFalse();
    await().atMost(PATIENCE).until(circuit::lets);
    assertThat(circuit.lets()).isFalse();
    circuit.saw(false);

    assertThat(circuit.lets()).isTrue();
    assertThat(circuit.lets()).isTrue();
  }
}
