package dev.foldline.eventstoredb.commands;

import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Answers callers who can't wait any longer: looks at all open calls every {@value #PERIOD_MS} ms,
 * by which an answer may be late, instead of setting a timer for each. While no calls are open,
 * nothing runs. Safe for use by many threads.
 */
final class Deadlines {

  private static final long PERIOD_MS = 50;

  /** What has ended since the last look is among them. */
  private final Queue<Call<?, ?, ?>> open = new ConcurrentLinkedQueue<>();

  private final AtomicBoolean due = new AtomicBoolean();

  void watch(Call<?, ?, ?> call) {
    open.add(call);
    lookSoon();
  }

  private void lookSoon() {
    if (!due.get() && due.compareAndSet(false, true)) {
      var _ =
          Infrastructure.getDefaultWorkerPool()
              .schedule(this::look, PERIOD_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    long now = System.nanoTime();
    open.forEach(call -> call.endIfLate(now));
    open.removeIf(Call::isOver);
    due.set(false);
    if (!open.isEmpty()) {
      lookSoon();
    }
  }
}
