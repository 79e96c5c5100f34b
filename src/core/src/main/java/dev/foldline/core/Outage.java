package dev.foldline.core;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells the log that a neighbour is away: once, then every {@link #PAUSE} as long as it is and
 * someone asks for it; and once that it is back. So whoever finds it away need not say so as well.
 * Safe for use by many threads.
 */
public final class Outage {

  /** Between two lines that say that it is away. */
  public static final Duration PAUSE = Duration.ofSeconds(30);

  private static final System.Logger LOG = System.getLogger("dev.foldline");

  private final String neighbour;
  private final LongSupplier clock;
  private volatile boolean away;
  private boolean told;
  private long since;
  private long toldAt;

  /**
   * @param neighbour what it is called, as the beginning of a sentence
   */
  public Outage(String neighbour) {
    this(neighbour, System::nanoTime);
  }

  /**
   * @param clock in nanoseconds
   */
  Outage(String neighbour, LongSupplier clock) {
    this.neighbour = neighbour;
    this.clock = clock;
    this.toldAt = clock.getAsLong() - PAUSE.toNanos();
  }

  /**
   * It did not do what it was asked.
   *
   * @param reason for whoever operates it
   */
  public synchronized void goesOn(String reason) {
    long now = clock.getAsLong();
    if (!away) {
      away = true;
      since = now;
    }
    if (now - toldAt >= PAUSE.toNanos()) {
      toldAt = now;
      String how = told ? " is still away, after " + seconds(now) + " s" : " is away";
      told = true;
      LOG.log(WARNING, neighbour + how + ": " + reason);
    }
  }

  /** It did what it was asked. */
  public void over() {
    if (away) {
      end();
    }
  }

  private synchronized void end() {
    if (away && told) {
      LOG.log(INFO, neighbour + " is back, after " + seconds(clock.getAsLong()) + " s");
    }
    away = false;
    told = false;
  }

  private long seconds(long now) {
    return TimeUnit.NANOSECONDS.toSeconds(now - since);
  }
}
