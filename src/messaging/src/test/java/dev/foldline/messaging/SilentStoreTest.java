package dev.foldline.messaging;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static dev.foldline.eventstoredb.subscriptions.TestStore.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.subscriptions.InMemoryPositions;
import dev.foldline.eventstoredb.subscriptions.StoreProcess;
import dev.foldline.eventstoredb.subscriptions.TestStore;
import dev.foldline.testing.Cable;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Outgoing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store that says nothing while its connections stay open, for longer than it is waited for: what
 * comes in is handled, and what goes out is appended, once, as soon as it answers again.
 */
class SilentStoreTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int STREAMS = 20;
  private static final int EVENTS = 10;

  /** What it makes of an event is appended. */
  @ApplicationScoped
  static class Doubling {
    @Incoming("numbers")
    @Outgoing("doubled")
    int doubled(Integer number) {
      return 2 * number;
    }
  }

  @ApplicationScoped
  static class Follower extends Seen<Recorded<StoredEvent>> {
    @Incoming("followed")
    void consume(Recorded<StoredEvent> event) {
      see(event);
    }
  }

  private interface Action {
    void run() throws Exception;
  }

  private static Application application(int port) {
    return new Application(
        "esdb://127.0.0.1:" + port + "?tls=false&keepAliveInterval=1000&keepAliveTimeout=1000",
        Map.of(
            "in.numbers.category", n,
            "in.numbers.message-timeout", "1000",
            "in.numbers.timeout", "1000",
            "in.followed.subscription", "catch-up",
            "in.followed.category", n,
            "in.followed.timeout", "1000",
            "out.doubled.append-to", own("doubled"),
            "out.doubled.event-type", "doubled",
            "out.doubled.timeout", "1000"),
        Doubling.class,
        Follower.class,
        InMemoryPositions.class);
  }

  private static void append(EventStore store, int round) {
    for (int stream = 0; stream < STREAMS; stream++) {
      int first = (round * STREAMS + stream) * EVENTS;
      List<StoredEvent> events =
          IntStream.range(first, first + EVENTS)
              .mapToObj(i -> TestStore.event("counted", "" + i))
              .toList();
      store.append(n + "-" + stream, events).await().atMost(LIMIT);
    }
  }

  private static List<Integer> doubled(EventStore store) {
    return store.remaining(own("doubled"), 0, 4_000).await().atMost(LIMIT).stream()
        .map(event -> Integer.parseInt(new String(event.event().data(), StandardCharsets.UTF_8)))
        .toList();
  }

  private static boolean isReady(Application application) {
    return application.health().getReadiness().isOk();
  }

  /** Nothing is lost, nothing is stored twice, and each stream is followed in its order. */
  private static void outlives(int port, EventStore store, Action falls, Action comesBack)
      throws Exception {
    try (Application application = application(port)) {
      await().atMost(LIMIT).until(() -> isReady(application));
      append(store, 0);
      await().atMost(LIMIT).until(() -> !doubled(store).isEmpty());
      falls.run();
      await().atMost(LIMIT).until(() -> !isReady(application));
      comesBack.run();
      append(store, 1);

      Follower follower = application.get(Follower.class);
      int all = 2 * STREAMS * EVENTS;
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(doubled(store))
                      .containsExactlyInAnyOrderElementsOf(
                          IntStream.range(0, all).mapToObj(i -> 2 * i).toList()));
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> {
                for (int stream = 0; stream < STREAMS; stream++) {
                  assertThat(firsts(follower, n + "-" + stream))
                      .containsExactlyElementsOf(
                          Stream.iterate(0L, i -> i + 1).limit(2 * EVENTS).toList());
                }
              });
      await().atMost(LIMIT).until(() -> isReady(application));
    }
  }

  private static List<Long> firsts(Follower follower, String stream) {
    return follower.all().stream()
        .filter(event -> event.stream().equals(stream))
        .map(Recorded::revision)
        .distinct()
        .toList();
  }

  @Test
  void a_store_that_hangs(@TempDir Path data) throws Exception {
    try (StoreProcess server = new StoreProcess(data);
        EventStore store =
            new EventStore(
                "esdb://127.0.0.1:" + server.port() + "?tls=false", Duration.ofSeconds(20))) {
      outlives(server.port(), store, server::hang, server::goOn);
    }
  }

  @Test
  void a_connection_that_goes_silent(@TempDir Path data) throws Exception {
    try (TestStore server = new TestStore(data);
        Cable cable = new Cable(server.port())) {
      outlives(cable.port(), server.store(), cable::silence, () -> {});
    }
  }
}
