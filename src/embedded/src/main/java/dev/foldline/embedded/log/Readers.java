package dev.foldline.embedded.log;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * A few platform threads, each with a connection of its own: SQLite is called through JNI, which
 * would pin virtual threads. The queue holds at most one task per call in progress.
 */
final class Readers {
  private static final Logger LOG = Logger.getLogger(Readers.class);

  private final LinkedBlockingQueue<Task<?>> tasks = new LinkedBlockingQueue<>();
  private final Supplier<RecentIndex> index;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  private record Task<T>(Function<Snapshot, T> question, CompletableFuture<T> answer) {
    void run(LogView view) {
      try {
        answer.complete(question.apply(new Snapshot(view)));
      } catch (RuntimeException | Error e) {
        answer.completeExceptionally(e);
      }
    }
  }

  /**
   * @param index as of now, at least up to the last write that was answered
   */
  Readers(Database database, int count, Supplier<RecentIndex> index) throws SQLException {
    this.index = index;
    for (int i = 0; i < count; i++) {
      Selects selects = new Selects(database.reader());
      threads.add(
          Thread.ofPlatform().name("foldline-reader-" + i).daemon().start(() -> run(selects)));
    }
  }

  <T> CompletableFuture<T> read(Function<Snapshot, T> question) {
    Task<T> task = new Task<>(question, new CompletableFuture<>());
    tasks.add(task);
    if (closed) {
      rejectAll();
    }
    return task.answer();
  }

  private void run(Selects selects) {
    try {
      while (!closed) {
        Task<?> task = tasks.take();
        task.run(new LogView(selects, index.get()));
        endSnapshot(selects);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** If even this fails, the next question will, and tells whoever asks it. */
  private static void endSnapshot(Selects selects) {
    try {
      selects.commit();
    } catch (SQLException e) {
      LOG.error("A read transaction can't be ended", e);
    }
  }

  private void rejectAll() {
    for (Task<?> task = tasks.poll(); task != null; task = tasks.poll()) {
      task.answer().completeExceptionally(new RejectedExecutionException("The log is closed"));
    }
  }

  void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
    threads.forEach(Threads::join);
    rejectAll();
  }
}
