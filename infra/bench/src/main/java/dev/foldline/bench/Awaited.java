package dev.foldline.bench;

import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.Resolved;
import dev.foldline.eventstoredb.subscriptions.Group;
import dev.foldline.eventstoredb.subscriptions.PersistentSource;
import dev.foldline.eventstoredb.subscriptions.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Begins streams of a category, and sees by a subscription when they come to their ends. */
final class StreamEnds implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int BUFFER = 2_000;

  private final EventStore store;
  private final Streams streams;
  private final String category;
  private final Set<String> types;
  private final Source.Session session;
  private final Map<String, CompletableFuture<Void>> open = new ConcurrentHashMap<>();

  /**
   * @param types of the events that end a stream
   */
  StreamEnds(String connectionString, String category, Set<String> types) {
    this.store = new EventStore(connectionString, TIMEOUT);
    this.streams = store.streams();
    this.category = category;
    this.types = types;
    Heard heard = new Heard();
    this.session =
        new PersistentSource(store, group(), false)
            .open(heard)
            .invoke(heard::opened)
            .await()
            .atMost(TIMEOUT);
  }

  private Group group() {
    return Group.ofCategories(UUID.randomUUID().toString(), List.of(category), BUFFER)
        .from(new Group.From.End());
  }

  /** Completes when the stream with an id comes to its end. */
  CompletableFuture<Void> of(String id) {
    return open.computeIfAbsent(category + "-" + id, _ -> new CompletableFuture<>());
  }

  /** Appends the first event of a stream. */
  CompletionStage<?> begin(String id, String type, String json) {
    byte[] data = json.getBytes(StandardCharsets.UTF_8);
    return streams.append(
        category + "-" + id,
        -1,
        List.of(new StoredEvent(UUID.randomUUID(), type, data, new byte[0])));
  }

  @Override
  public void close() {
    session.close().await().atMost(TIMEOUT);
    store.close();
  }

  /** Hears on the event loop alone, of the session before the first event. */
  private final class Heard implements Source.Sink {

    private Source.@Nullable Session opened;

    void opened(Source.Session begun) {
      opened = begun;
    }

    @Override
    public void event(Resolved event, int retries) {
      Objects.requireNonNull(opened).ack(List.of(event));
      if (types.contains(event.present().event().type())) {
        CompletableFuture<Void> end = open.remove(event.present().stream());
        if (end != null) {
          end.complete(null);
        }
      }
    }

    @Override
    public void ended(Throwable cause) {
      open.values().forEach(end -> end.completeExceptionally(new CompletionException(cause)));
    }
  }
}
