package dev.foldline.eventstoredb.connection;

import dev.foldline.core.Away;
import dev.foldline.core.Outage;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Unavailable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Knows whether the store answers: admits no call while it surely does not, and tells the log when
 * it is away and when it is back. Safe for use by many threads.
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

  /** What was known of the store is not true any more. */
  void reset() {
    circuit.reset();
  }

  /** Whether a call may be made. */
  boolean admits() {
    return circuit.admits();
  }

  /**
   * A call that was admitted has ended. What may have been written or not says nothing of whether
   * the store is away now.
   *
   * @param failure null where the store did as it was asked
   */
  void ended(@Nullable Throwable failure) {
    if (!(failure instanceof Unavailable || failure instanceof OutcomeUnknown)) {
      circuit.ended(
          failure != null
              && (StoreFailures.isTooSlow(failure) || StoreFailures.isUnreachable(failure)));
      report(failure);
    }
  }

  /** The store did as it was asked, or failed. */
  void report(@Nullable Throwable failure) {
    if (failure == null) {
      outage.over();
    } else if (StoreFailures.isTooSlow(failure)) {
      outage.goesOn("it does not answer within " + timeout.toMillis() + " ms");
    } else if (StoreFailures.isUnreachable(failure)) {
      outage.goesOn(refusals.last().orElseGet(failure::toString));
    }
  }

  /** What a failure means, once it is reported: {@link Away} where the store is. */
  Throwable failed(Throwable failure) {
    report(failure);
    return StoreFailures.isTooSlow(failure) || StoreFailures.isUnreachable(failure)
        ? new Away("the event store is away")
        : failure;
  }
}
