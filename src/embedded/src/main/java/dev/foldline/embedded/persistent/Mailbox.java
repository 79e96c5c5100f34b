package dev.foldline.embedded.persistent;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Runs tasks one at a time and in order. What follows from a batch of tasks is decided once, after
 * them. Whoever adds tasks bounds how many.
 */
final class Mailbox implements Executor {
  private static final Logger LOG = Logger.getLogger(Mailbox.class);
  private static final int MOST_IN_A_BATCH = 1_000;
  private static final int MOST_HERE = 8;

  private final Executor executor;
  private final Runnable afterBatch;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();

  Mailbox(Executor executor, Runnable afterBatch) {
    this.executor = executor;
    this.afterBatch = afterBatch;
  }

  /** Runs a task on a thread of the executor. */
  @Override
  public void execute(Runnable task) {
    if (add(task)) {
      executor.execute(this::runAll);
    }
  }

  /**
   * Runs a task on this thread, if no other is at it: a change of threads would cost more than the
   * task. Of what comes meanwhile a little at most, since others may need the thread.
   */
  void executeHere(Runnable task) {
    if (add(task) && runBatch(MOST_HERE)) {
      executor.execute(this::runAll);
    }
  }

  /** Answers whether nobody is running tasks, so that the caller has to see to it. */
  private boolean add(Runnable task) {
    tasks.add(task);
    return waiting.getAndIncrement() == 0;
  }

  private void runAll() {
    boolean more;
    do {
      more = runBatch(MOST_IN_A_BATCH);
    } while (more);
  }

  /** Answers whether more is waiting. */
  private boolean runBatch(int most) {
    int done = 0;
    for (var task = tasks.poll(); task != null; task = done < most ? tasks.poll() : null) {
      run(task);
      done++;
    }
    run(afterBatch);
    return waiting.addAndGet(-done) > 0;
  }

  /** Runs a task; what it throws is logged, and stops no other. */
  static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("A step of a persistent subscription failed", e);
    }
  }
}
