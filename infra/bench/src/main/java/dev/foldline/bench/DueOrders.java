package dev.foldline.bench;

import dev.foldline.core.Causation;
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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Has standing orders fall due, each in a stream of its own, and sees by a subscription when the
 * reaction has paid them.
 */
final class DueOrders implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int BUFFER = 2_000;

  private final EventStore store;
  private final Streams streams;
  private final Source.Session session;

  /** Those that are not paid yet, by the id of their event. */
  private final Map<String, CompletableFuture<Void>> unpaid = new ConcurrentHashMap<>();

  /**
   * One of them.
   *
   * @param appended its event stands in the log
   * @param paid the event of its effect was seen; fails where its own was not appended
   */
  record Order(CompletionStage<?> appended, CompletableFuture<Void> paid) {}

  DueOrders(String connectionString) {
    store = new EventStore(connectionString, TIMEOUT);
    streams = store.streams();
    Deposits deposits = new Deposits();
    session =
        new PersistentSource(store, group(), false)
            .open(deposits)
            .invoke(deposits::opened)
            .await()
            .atMost(TIMEOUT);
  }

  private static Group group() {
    return Group.ofCategories(UUID.randomUUID().toString(), List.of("account"), BUFFER)
        .from(new Group.From.End());
  }

  /** One falls due that goes to an account. */
  Order of(String account) {
    UUID id = UUID.randomUUID();
    CompletableFuture<Void> paid = new CompletableFuture<>();
    unpaid.put(id.toString(), paid);
    byte[] data =
        "{\"account\":\"%s\",\"cents\":1}".formatted(account).getBytes(StandardCharsets.UTF_8);
    return new Order(
        streams
            .append("order-" + id, -1, List.of(new StoredEvent(id, "order-due", data, new byte[0])))
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    paid.completeExceptionally(failure);
                  }
                }),
        paid);
  }

  @Override
  public void close() {
    session.close().await().atMost(TIMEOUT);
    store.close();
  }

  /** Hears on the event loop alone, of the session before the first event. */
  private final class Deposits implements Source.Sink {

    private Source.@Nullable Session opened;

    void opened(Source.Session session) {
      opened = session;
    }

    @Override
    public void event(Resolved event, int retries) {
      Objects.requireNonNull(opened).ack(List.of(event));
      if (event.present().metadata().get(Causation.CAUSATION) instanceof String cause) {
        CompletableFuture<Void> paid = unpaid.remove(cause);
        if (paid != null) {
          paid.complete(null);
        }
      }
    }

    @Override
    public void ended(Throwable cause) {
      unpaid.values().forEach(paid -> paid.completeExceptionally(new CompletionException(cause)));
    }
  }
}
