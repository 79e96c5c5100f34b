package dev.foldline.quarkus;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
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
  private final AtomicReference<Tick> last;

  private record Tick(long wall, long counted) {}

  /**
   * @param wall in milliseconds: goes on while a process is frozen, and may be set
   * @param counted in nanoseconds: is never set, and may stand still with the process
   */
  Standstill(LongSupplier wall, LongSupplier counted) {
    this.wall = wall;
    this.counted = counted;
    this.last = new AtomicReference<>(now());
  }

  private Tick now() {
    return new Tick(wall.getAsLong(), counted.getAsLong());
  }

  /** The process runs. */
  void tick() {
    last.set(now());
  }

  /** Whether it stood still, by either clock: true for one of those who ask. */
  boolean isOver() {
    Tick before = last.get();
    Tick now = now();
    boolean stood =
        Math.abs(now.wall() - before.wall()) > LONGEST.toMillis()
            || now.counted() - before.counted() > LONGEST.toNanos();
    return stood && last.compareAndSet(before, now);
  }
}
