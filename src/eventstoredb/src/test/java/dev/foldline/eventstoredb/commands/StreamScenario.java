package dev.foldline.eventstoredb.commands;

import dev.foldline.core.Recorded;
import dev.foldline.core.Snapshots;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.Faults.Fault;
import dev.foldline.testing.WithEventStore;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A stream of a real event store, and instances of an application that handle its commands. */
@WithEventStore
abstract class StreamScenario {

  static EventStoreServer server;
  static EventStore store;
  static Streams streams;

  final String id = UUID.randomUUID().toString();

  @BeforeAll
  static void connect(EventStoreServer server) {
    StreamScenario.server = server;
    store = new EventStore(server.connectionString(), Duration.ofSeconds(5));
    streams = store.streams();
  }

  @AfterAll
  static void disconnect() {
    store.close();
  }

  static <T> T get(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }

  static <T> T get(CompletionStage<T> stage) {
    return get(Uni.createFrom().completionStage(stage));
  }

  /** What is in the stream. */
  List<Recorded<StoredEvent>> events() {
    return streams.read("counter-" + id, 0, 500).toCompletableFuture().join();
  }

  /** What was added in the stream, and taken as a negative amount. */
  List<Long> amounts() {
    return events().stream()
        .flatMap(
            event -> Instance.CODEC.decode(event, Counter.COUNTERS).stream().map(Recorded::event))
        .map(event -> event instanceof Counter.Taken taken ? -taken.amount() : event.amount())
        .toList();
  }

  /** Faults for the next calls at a point, in this order, and none after them. */
  static Function<String, Fault> faults(String at, Fault... faults) {
    Queue<Fault> plan = new ArrayDeque<>(List.of(faults));
    return point -> {
      synchronized (plan) {
        return point.equals(at) && !plan.isEmpty() ? plan.remove() : Fault.NONE;
      }
    };
  }

  static Instance instance(Snapshots snapshots, CommandOptions options) {
    return new Instance(streams, snapshots, options, _ -> Fault.NONE);
  }
}
