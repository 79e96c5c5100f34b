package dev.foldline.bench;

import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.Resolved;
import dev.foldline.eventstoredb.subscriptions.Group;
import dev.foldline.eventstoredb.subscriptions.PersistentSource;
import dev.foldline.eventstoredb.subscriptions.Source;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Foldline's own connection. Answers come on its one event loop, and whoever asks again there has
 * no thread woken.
 */
final class FoldlineConnection implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** A stream that no append is on its way to, and the revision of its last event. */
  private record Idle(String stream, long revision) {}

  private final EventStore store;
  private final Streams streams;
  private final Queue<Idle> idle = new ConcurrentLinkedQueue<>();

  /**
   * @param appendedTo to how many streams it appends, more than there are appends at once
   */
  FoldlineConnection(String connectionString, int appendedTo) {
    store = new EventStore(connectionString, TIMEOUT);
    streams = store.streams();
    for (int i = 0; i < appendedTo; i++) {
      idle.add(new Idle("expected-" + i, -1));
    }
  }

  /** Appends to the next of its streams, at the revision that this has. */
  CompletionStage<?> append(byte[] data) {
    Idle next = idle.remove();
    StoredEvent event = new StoredEvent(UUID.randomUUID(), "measured", data, new byte[0]);
    return streams
        .append(next.stream, next.revision, List.of(event))
        .thenAccept(appended -> idle.add(new Idle(next.stream, appended.revision())));
  }

  CompletionStage<?> readTen(String stream) {
    return streams.read(stream, 0, 10);
  }

  /** Takes the first events of the log by a persistent subscription, and acknowledges each. */
  StoreTable.Events subscribe(int bufferSize, long count) throws Exception {
    PersistentSource source = new PersistentSource(store, group(bufferSize), false);
    source.prepare().await().atMost(TIMEOUT);
    AcknowledgingSink sink = new AcknowledgingSink(count);
    long start = System.nanoTime();
    Source.Session session = source.open(sink).invoke(sink::opened).await().atMost(TIMEOUT);
    sink.done.get(60, TimeUnit.SECONDS);
    StoreTable.Events reached = StoreTable.Events.since(start, count);
    session.close().await().atMost(TIMEOUT);
    return reached;
  }

  private static Group group(int bufferSize) {
    return new Group(
        UUID.randomUUID().toString(),
        null,
        null,
        new Group.From.Start(),
        false,
        Group.Strategy.ROUND_ROBIN,
        Duration.ofSeconds(30),
        10,
        bufferSize);
  }

  /** Hears on the event loop alone, of the session before the first event. */
  private static final class AcknowledgingSink implements Source.Sink {

    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private long left;
    private Source.@Nullable Session session;

    AcknowledgingSink(long count) {
      left = count;
    }

    void opened(Source.Session session) {
      this.session = session;
    }

    @Override
    public void event(Resolved event, int retries) {
      Objects.requireNonNull(session).ack(List.of(event));
      if (--left == 0) {
        done.complete(null);
      }
    }

    @Override
    public void ended(Throwable cause) {
      done.completeExceptionally(cause);
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
