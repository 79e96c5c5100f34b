package dev.foldline.bench;

import dev.foldline.core.Recorded;
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
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Appends events, and sees by a subscription to a category when what follows from them is there.
 */
final class Awaited implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int BUFFER = 2_000;

  private final EventStore store;
  private final Streams streams;
  private final String category;
  private final Function<Recorded<StoredEvent>, Optional<String>> key;
  private final Source.Session session;
  private final Map<String, CompletableFuture<Void>> open = new ConcurrentHashMap<>();

  /**
   * @param key of what an event of the category ends; empty if nothing
   */
  Awaited(
      String connectionString,
      String category,
      Function<Recorded<StoredEvent>, Optional<String>> key) {
    this.store = new EventStore(connectionString, TIMEOUT);
    this.streams = store.streams();
    this.category = category;
    this.key = key;
    Heard heard = new Heard();
    this.session =
        new PersistentSource(store, group(), false)
            .open(heard)
            .invoke(heard::opened)
            .await()
            .atMost(TIMEOUT);
  }

  /** Of the streams of a category, each of which ends with an event of one of these types. */
  static Awaited ends(String connectionString, String category, Set<String> types) {
    return new Awaited(
        connectionString,
        category,
        event ->
            types.contains(event.event().type()) ? Optional.of(event.stream()) : Optional.empty());
  }

  private Group group() {
    return Group.ofCategories(UUID.randomUUID().toString(), List.of(category), BUFFER)
        .from(new Group.From.End());
  }

  /** Completes when what has a key is seen. */
  CompletableFuture<Void> of(String what) {
    return open.computeIfAbsent(what, _ -> new CompletableFuture<>());
  }

  /** Appends the first event of a stream. */
  CompletionStage<?> append(String stream, UUID id, String type, String json) {
    byte[] data = json.getBytes(StandardCharsets.UTF_8);
    return streams.append(stream, -1, List.of(new StoredEvent(id, type, data, new byte[0])));
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
      key.apply(event.present()).map(open::remove).ifPresent(seen -> seen.complete(null));
    }

    @Override
    public void ended(Throwable cause) {
      open.values().forEach(each -> each.completeExceptionally(new CompletionException(cause)));
    }
  }
}
