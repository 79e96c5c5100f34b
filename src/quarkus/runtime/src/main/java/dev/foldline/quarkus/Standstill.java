package dev.foldline.quarkus;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Notices that this process stood still: its platform froze it between two instructions, or it goes
 * on from an image of its memory. Whatever it is told by ticks, one a second, is missing then. Any
 * thread may use it.
 */
final class Standstill {

  /** Between two ticks of a process that only had much to do. */
  static final Duration LONGEST = Duration.ofSeconds(3);

  private final LongSupplier wall;
  private final LongSupplier counted;
  private volatile Tick last;

  private record Tick(long wall, long counted) {

    boolean isLongAfter(Tick before) {
      return Math.abs(wall - before.wall) > LONGEST.toMillis()
          || counted - before.counted > LONGEST.toNanos();
    }
  }

  /**
   * @param wall in milliseconds: goes on while a process is frozen, and may be set
   * @param counted in nanoseconds: is never set, and may stand still with the process
   */
  Standstill(LongSupplier wall, LongSupplier counted) {
    this.wall = wall;
    this.counted = counted;
    this.last = now();
  }

  private Tick now() {
    return new Tick(wall.getAsLong(), counted.getAsLong());
  }

  /** Whether the process stood still since the last tick. */
  boolean isOver() {
    return now().isLongAfter(last);
  }

  /**
   * Ticks. It may stand still while it does: the time of a tick is from before whatever follows.
   *
   * @return whether the process stood still since the tick before
   */
  synchronized boolean tick() {
    Tick before = last;
    Tick now = now();
    last = now;
    return now.isLongAfter(before);
  }
}
