package dev.foldline.bench;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Callers for a while: so many with one call under way each, or so many calls a second. */
final class Load {

  private static final Duration MEASURED = Duration.ofSeconds(6);

  /** How long calls may take that are under way at the end. */
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private static final int DIGITS = 3;

  private Load() {}

  /**
   * What was reached.
   *
   * @param perSecond calls that completed, a second
   * @param latencies in nanoseconds
   */
  record Reached(double perSecond, Histogram latencies) {

    double millis(double percentile) {
      return latencies.getValueAtPercentile(percentile) / 1e6;
    }
  }

  /** Measures what is warm already; fails with the first call that fails. */
  static Reached measure(int inFlight, Supplier<? extends CompletionStage<?>> call)
      throws InterruptedException {
    return measure(inFlight, MEASURED, call);
  }

  /** The same, for some other time than usual. */
  static Reached measure(int inFlight, Duration length, Supplier<? extends CompletionStage<?>> call)
      throws InterruptedException {
    return new Run(inFlight, length, call).await();
  }

  /** Runs until the compilers on both sides have done their work, which takes many calls. */
  static void warmUp(int inFlight, Duration length, Supplier<? extends CompletionStage<?>> call)
      throws InterruptedException {
    var _ = measure(inFlight, length, call);
  }

  /**
   * Begins so many calls a second, whether or not earlier ones were answered; a call's latency
   * counts from when it was due.
   */
  static Reached paced(int perSecond, Supplier<? extends CompletionStage<?>> call)
      throws InterruptedException {
    return paced(perSecond, MEASURED, call);
  }

  /** The same, for some other time than usual. */
  static Reached paced(int perSecond, Duration length, Supplier<? extends CompletionStage<?>> call)
      throws InterruptedException {
    Histogram latencies = new ConcurrentHistogram(DIGITS);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    long calls = perSecond * length.toSeconds();
    CountDownLatch open = new CountDownLatch((int) calls);
    long start = System.nanoTime();
    for (long i = 0; i < calls; i++) {
      long due = start + i * 1_000_000_000L / perSecond;
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      var _ =
          call.get()
              .whenComplete(
                  (_, thrown) -> {
                    latencies.recordValue(System.nanoTime() - due);
                    if (thrown != null) {
                      failure.compareAndSet(null, thrown);
                    }
                    open.countDown();
                  });
    }
    return reached(open, length, failure, start, latencies);
  }

  private static Reached reached(
      CountDownLatch open,
      Duration length,
      AtomicReference<@Nullable Throwable> failure,
      long start,
      Histogram latencies)
      throws InterruptedException {
    if (!open.await(length.plus(LONGEST).toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("calls did not end in time");
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new CompletionException(thrown);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Reached(latencies.getTotalCount() / seconds, latencies);
  }

  private static final class Run {

    private final Supplier<? extends CompletionStage<?>> call;
    private final Histogram latencies = new ConcurrentHistogram(DIGITS);
    private final CountDownLatch callers;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Duration length;
    private final long start = System.nanoTime();
    private final long end;

    Run(int inFlight, Duration length, Supplier<? extends CompletionStage<?>> call) {
      this.call = call;
      this.callers = new CountDownLatch(inFlight);
      this.length = length;
      this.end = start + length.toNanos();
      for (int i = 0; i < inFlight; i++) {
        next();
      }
    }

    private void next() {
      long sent = System.nanoTime();
      if (sent >= end || failure.get() != null) {
        callers.countDown();
        return;
      }
      var _ =
          call.get()
              .whenComplete(
                  (_, thrown) -> {
                    if (thrown == null) {
                      latencies.recordValue(System.nanoTime() - sent);
                    } else {
                      failure.compareAndSet(null, thrown);
                    }
                    next();
                  });
    }

    Reached await() throws InterruptedException {
      return reached(callers, length, failure, start, latencies);
    }
  }
}
