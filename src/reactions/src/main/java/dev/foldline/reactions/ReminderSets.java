package dev.foldline.reactions;

import dev.foldline.redis.Reminder;
import dev.foldline.redis.Timers;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Sets reminders by one call to Redis at a time: those that come meanwhile go together by the next.
 * Safe for use by many threads.
 */
final class ReminderSets {

  private final Timers timers;
  private Batch next = new Batch();
  private boolean underWay;

  /** Those of one call. */
  private record Batch(Map<Reminder, Instant> reminders, CompletableFuture<Void> set) {

    Batch() {
      this(new HashMap<>(), new CompletableFuture<>());
    }
  }

  ReminderSets(Timers timers) {
    this.timers = timers;
  }

  /** Fails with {@link dev.foldline.core.Unavailable} while Redis is away. */
  synchronized Uni<Void> set(Reminder reminder, Instant due) {
    next.reminders().merge(reminder, due, (one, other) -> one.isBefore(other) ? one : other);
    CompletableFuture<Void> set = next.set();
    if (!underWay) {
      send();
    }
    return Uni.createFrom().completionStage(set);
  }

  private void send() {
    Batch batch = next;
    next = new Batch();
    underWay = true;
    timers
        .set(batch.reminders())
        .onTermination()
        .invoke(this::ended)
        .subscribe()
        .with(batch.set()::complete, batch.set()::completeExceptionally);
  }

  private synchronized void ended() {
    underWay = false;
    if (!next.reminders().isEmpty()) {
      send();
    }
  }
}
