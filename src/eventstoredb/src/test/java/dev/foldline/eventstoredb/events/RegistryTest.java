package dev.foldline.eventstoredb.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.eventstore.dbclient.DeleteStreamOptions;
import dev.foldline.core.Namespace;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.StoreAddress;
import dev.foldline.eventstoredb.events.Registry.NotRegistered;
import dev.foldline.testing.EventStoreServer;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static EventStoreServer server;
  private static EventStore store;

  private final String bank = EventStoreServer.unique("bank-");
  private final String till = EventStoreServer.unique("till-");
  private final String ours = "org.acme:" + bank;
  private final String theirs = "org.acme:" + till;

  @BeforeAll
  static void start() {
    server = EventStoreServer.start();
    store = new EventStore(server.connectionString(), Duration.ofSeconds(5));
  }

  @AfterAll
  static void stop() {
    store.close();
    server.close();
  }

  private static Uni<Void> registering(String namespace, String application) {
    return new Registry(new Namespace(namespace), application).register(store.streams());
  }

  private static void register(String namespace, String application) {
    registering(namespace, application).await().atMost(LIMIT);
  }

  private static void delete(String stream) throws Exception {
    server.client().deleteStream(stream, DeleteStreamOptions.get()).get(10, TimeUnit.SECONDS);
  }

  @Test
  void is_registered_once_however_often_it_starts() {
    for (int i = 0; i < 3; i++) {
      register(bank, ours);
    }

    assertThat(store.remaining("foldline-namespace-" + bank, 0, 10).await().atMost(LIMIT))
        .singleElement()
        .satisfies(
            event ->
                assertThat(new String(event.event().data(), UTF_8))
                    .isEqualTo(
                        "{\"format\":1,\"namespace\":\"%s\",\"application\":\"%s\"}"
                            .formatted(bank, ours)));
    assertThat(store.remaining("foldline-application-" + ours, 0, 10).await().atMost(LIMIT))
        .hasSize(1);
  }

  @Test
  void another_application_does_not_get_its_namespace() {
    register(bank, ours);

    assertThatThrownBy(() -> register(bank, theirs))
        .isInstanceOf(NotRegistered.class)
        .hasMessageContainingAll(
            "foldline.namespace: '" + bank + "'",
            ours,
            theirs,
            "delete the streams foldline-namespace-" + bank + " and foldline-application-" + ours);
    register(till, theirs);
  }

  @Test
  void does_not_get_another_namespace() {
    register(bank, ours);

    assertThatThrownBy(() -> register(till, ours))
        .isInstanceOf(NotRegistered.class)
        .hasMessageContainingAll(
            ours, "foldline.namespace=" + bank, "delete the stream foldline-application-" + ours);
    register(till, theirs);
  }

  @Test
  void of_many_that_start_at_once_one_application_gets_it() {
    List<Uni<Optional<Throwable>>> starts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      starts.add(outcome(registering(bank, ours)));
      starts.add(outcome(registering(bank, theirs)));
    }

    var outcomes = Uni.join().all(starts).andCollectFailures().await().atMost(LIMIT);

    assertThat(outcomes)
        .filteredOn(Optional::isPresent)
        .hasSize(8)
        .allSatisfy(failure -> assertThat(failure).containsInstanceOf(NotRegistered.class));
  }

  private static Uni<Optional<Throwable>> outcome(Uni<Void> start) {
    return start.replaceWith(Optional.<Throwable>empty()).onFailure().recoverWithItem(Optional::of);
  }

  @Test
  void who_deletes_its_stream_frees_it() throws Exception {
    register(bank, ours);
    delete("foldline-application-" + ours);

    register(till, ours);
    assertThatThrownBy(() -> register(bank, theirs)).isInstanceOf(NotRegistered.class);
    delete("foldline-namespace-" + bank);

    register(bank, theirs);
    assertThatThrownBy(() -> register(bank, ours)).isInstanceOf(NotRegistered.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"format\":2,\"namespace\":\"b\",\"application\":\"a:b\"}", "{}", "nonsense"})
  void what_cant_be_read_is_not_guessed(String data) {
    store
        .append(
            "foldline-namespace-" + bank,
            List.of(
                new StoredEvent(
                    UUID.randomUUID(), "registered", data.getBytes(UTF_8), new byte[0])))
        .await()
        .atMost(LIMIT);

    assertThatThrownBy(() -> register(bank, ours))
        .isInstanceOf(NotRegistered.class)
        .hasMessageContainingAll("foldline-namespace-" + bank, "can't be read");
  }

  @Test
  void nothing_is_done_with_a_store_before_it_is_registered_there() {
    try (EventStoreServer away = EventStoreServer.start();
        EventStore waiting =
            new EventStore(
                StoreAddress.of(away.connectionString()),
                Duration.ofSeconds(2),
                null,
                new Registry(new Namespace(bank), ours)::register)) {
      away.stop();
      assertThatThrownBy(() -> waiting.ready().await().atMost(LIMIT))
          .isInstanceOf(Unavailable.class);
      assertThatThrownBy(() -> waiting.ping().await().atMost(LIMIT))
          .isInstanceOf(Unavailable.class);

      away.comeBack();
      waiting
          .ready()
          .onFailure(Unavailable.class)
          .retry()
          .withBackOff(Duration.ofMillis(50))
          .atMost(10)
          .await()
          .atMost(LIMIT);

      assertThat(waiting.exists("foldline-namespace-" + bank).await().atMost(LIMIT)).isTrue();
    }
  }

  @Test
  void every_way_to_the_store_fails_as_long_as_it_is_not() {
    Unavailable never = new Unavailable("not registered");
    try (EventStore closed =
        new EventStore(
            StoreAddress.of(server.connectionString()),
            LIMIT,
            null,
            _ -> Uni.createFrom().failure(never))) {
      StoredEvent event = new StoredEvent(UUID.randomUUID(), "t", new byte[] {'1'}, new byte[0]);
      List<Uni<?>> ways =
          List.of(
              closed.append(bank, -1, List.of(event)),
              closed.append(bank, List.of(event)),
              closed.remaining(bank, 0, 1),
              later(closed.streams().append(bank, -1, List.of(event))),
              later(closed.streams().read(bank, 0, 1)),
              closed.exists(bank),
              closed.end(),
              closed.before(0, 1),
              closed.at(0),
              closed.ping(),
              closed.ready());

      assertThat(ways)
          .allSatisfy(way -> assertThatThrownBy(() -> way.await().atMost(LIMIT)).isSameAs(never));
    }
    assertThat(store.exists(bank).await().atMost(LIMIT)).isFalse();
  }

  private static <T> Uni<T> later(CompletionStage<T> stage) {
    return Uni.createFrom().completionStage(stage);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bank", "org.acme:", ":bank", "org acme:bank", "a:b:c"})
  void an_application_is_a_group_and_an_artifact(String application) {
    assertThatThrownBy(() -> new Registry(new Namespace(bank), application))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + application + "'");
  }
}
