package dev.foldline.eventstoredb.subscriptions;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what nobody tells. */
public final class Patience {

  private static final Duration POLL = Duration.ofMillis(10);

  private Patience() {}

  /** Completes when a condition holds, or the limit is over. */
  public static Uni<Void> until(BooleanSupplier condition, Duration limit) {
    return until(condition, System.nanoTime() + limit.toNanos());
  }

  private static Uni<Void> until(BooleanSupplier condition, long deadline) {
    return Uni.createFrom()
        .deferred(
            () ->
                condition.getAsBoolean() || System.nanoTime() - deadline > 0
                    ? Uni.createFrom().voidItem()
                    : moment().chain(() -> until(condition, deadline)));
  }

  /** Completes when it is time to look again. */
  static Uni<Void> moment() {
    return Uni.createFrom().voidItem().onItem().delayIt().by(POLL);
  }
}
