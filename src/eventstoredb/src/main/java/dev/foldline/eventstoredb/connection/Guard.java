package dev.foldline.eventstoredb.connection;

import dev.foldline.core.Away;
import dev.foldline.core.Outage;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Unavailable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Hears whether the store answers: lets no call through while it surely does not, and tells the log
 * when it is away and when it is back. Safe for use by many threads.
 */
final class Guard {

  private final Outage outage = new Outage("The event store");
  private final Circuit circuit = new Circuit(5, Duration.ofMillis(500));
  private final Refusals refusals;
  private final Duration timeout;

  /**
   * @param refusals why connections were refused
   * @param timeout of each call
   */
  Guard(Refusals refusals, Duration timeout) {
    this.refusals = refusals;
    this.timeout = timeout;
  }

  /** Whether a call may go through. */
  boolean lets() {
    return circuit.lets();
  }

  /**
   * A call that was let through has ended. What may have been written or not says nothing of
   * whether the store is away now.
   *
   * @param failure null where the store did as it was asked
   */
  void saw(@Nullable Throwable failure) {
    if (!(failure instanceof Unavailable || failure instanceof OutcomeUnknown)) {
      circuit.saw(
          failure != null
              && (StoreFailures.isTooSlow(failure) || StoreFailures.isUnreachable(failure)));
      hear(failure);
    }
  }

  /** The store did as it was asked, or failed. */
  void hear(@Nullable Throwable failure) {
    if (failure == null) {
      outage.over();
    } else if (StoreFailures.isTooSlow(failure)) {
      outage.goesOn("it does not answer within " + timeout.toMillis() + " ms");
    } else if (StoreFailures.isUnreachable(failure)) {
      outage.goesOn(refusals.last().orElseGet(failure::toString));
    }
  }

  /** What a failure means, once it is heard: {@link Away} where the store is. */
  Throwable failed(Throwable failure) {
    hear(failure);
    return StoreFailures.isTooSlow(failure) || StoreFailures.isUnreachable(failure)
        ? new Away("the event store is away")
        : failure;
  }
}
