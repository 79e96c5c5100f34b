package dev.foldline.quarkus.http;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Lets one pass in a while, and counts those that it does not. Safe for use by many threads.
 *
 * <p>It may be made on one machine and used on another, as a constant of a native executable is, so
 * it asks for the time only when it is used.
 */
final class Seldom {

  private final long pause;
  private final LongSupplier nanos;
  private boolean passed;
  private long last;
  private long kept;

  /**
   * @param pause between two that pass
   * @param nanos the time now, from any origin
   */
  Seldom(Duration pause, LongSupplier nanos) {
    this.pause = pause.toNanos();
    this.nanos = nanos;
  }

  /** How many were kept back since the last that passed, if this one passes. */
  synchronized OptionalLong pass() {
    long now = nanos.getAsLong();
    if (passed && now - last < pause) {
      kept++;
      return OptionalLong.empty();
    }
    OptionalLong before = OptionalLong.of(kept);
    passed = true;
    last = now;
    kept = 0;
    return before;
  }
}
