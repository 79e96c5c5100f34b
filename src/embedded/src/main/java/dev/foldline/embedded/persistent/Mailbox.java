package dev.foldline.embedded.persistent;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Runs tasks one at a time, in order, on whatever thread the executor gives it. What follows from a
 * batch of tasks is decided once, after them. Whoever adds tasks bounds how many.
 */
final class Mailbox implements Executor {
  private static final Logger LOG = Logger.getLogger(Mailbox.class);
  private static final int MOST_IN_A_BATCH = 1_000;

  private final Executor executor;
  private final Runnable afterBatch;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();

  Mailbox(Executor executor, Runnable afterBatch) {
    this.executor = executor;
    this.afterBatch = afterBatch;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (waiting.getAndIncrement() == 0) {
      executor.execute(this::runBatches);
    }
  }

  private void runBatches() {
    int done;
    do {
      done = 0;
      for (var task = tasks.poll();
          task != null;
          task = done < MOST_IN_A_BATCH ? tasks.poll() : null) {
        run(task);
        done++;
      }
      run(afterBatch);
    } while (waiting.addAndGet(-done) > 0);
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("A step of a persistent subscription failed", e);
    }
  }
}
