package dev.foldline.eventstoredb.connection;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps calls from piling up behind a store that is away: after some that failed in a row, only one
 * is let through now and then, to see whether it is back.
 */
final class Circuit {

  private final int failuresInARow;
  private final long pause;
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicLong nextProbe = new AtomicLong();

  /**
   * @param failuresInARow after which calls fail at once
   * @param pause between two calls that are let through meanwhile
   */
  Circuit(int failuresInARow, Duration pause) {
    this.failuresInARow = failuresInARow;
    this.pause = pause.toNanos();
  }

  /** Whether a call may go through. */
  boolean admits() {
    if (failed.get() < failuresInARow) {
      return true;
    }
    long now = System.nanoTime();
    long next = nextProbe.get();
    return now - next >= 0 && nextProbe.compareAndSet(next, now + pause);
  }

  /** What failed says nothing any more. */
  void reset() {
    failed.set(0);
  }

  /** Is told how a call went. */
  void ended(boolean away) {
    if (!away) {
      failed.set(0);
    } else if (failed.incrementAndGet() == failuresInARow) {
      nextProbe.set(System.nanoTime() + pause);
    }
  }
}
