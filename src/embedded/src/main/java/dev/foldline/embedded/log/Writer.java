package dev.foldline.embedded.log;

import dev.foldline.embedded.log.WriteResult.TimedOut;
import dev.foldline.embedded.log.WriteResult.Unavailable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes. It takes whatever waits, decides and inserts it all, and commits
 * once: many writers share one flush of the disk. They are told elsewhere, in order, while it is at
 * the next group: telling takes as long as inserting.
 */
final class Writer {
  private static final Logger LOG = Logger.getLogger(Writer.class);
  private static final int MAX_WAITING = 16_384;
  private static final long MAX_WAITING_BYTES = 64L << 20;
  private static final int MAX_BATCH = 1024;
  private static final int MAX_BATCH_BYTES = 4 << 20;
  private static final int IDLE_MILLIS = 200;

  /** One write to be decided. */
  @FunctionalInterface
  interface Write {
    WriteResult decide(Decisions decisions) throws SQLException;
  }

  private record Request(
      Write write, long bytes, long deadline, CompletableFuture<WriteResult> answer) {}

  private record Answered(Request request, WriteResult result) {
    void tell() {
      request.answer().complete(result);
    }
  }

  private final ArrayBlockingQueue<Request> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final AtomicLong waitingBytes = new AtomicLong();
  private final LogHead head;
  private final Decisions decisions;
  private final Consumer<List<LogEvent>> publish;
  private final Thread thread;
  private final Executor answers;
  private volatile boolean closed;

  /**
   * @param head of the log, the writer's alone from now on
   * @param publish is told of each commit before the requests are answered
   * @param answers where they are answered, a group at a time; keeps the order
   */
  Writer(LogHead head, Consumer<List<LogEvent>> publish, Executor answers) {
    this.answers = answers;
    this.head = head;
    this.decisions = new Decisions(head);
    this.publish = publish;
    thread = Thread.ofPlatform().name("foldline-writer").daemon().start(this::run);
  }

  /**
   * @param bytes that the request occupies until it is answered
   */
  CompletableFuture<WriteResult> submit(Write write, long bytes, long timeoutNanos) {
    var answer = new CompletableFuture<WriteResult>();
    var request = new Request(write, bytes, System.nanoTime() + timeoutNanos, answer);
    if (closed || !enqueue(request)) {
      answer.complete(new Unavailable());
    } else if (closed) {
      refuseWaiting();
    }
    return answer;
  }

  /** Answers whether there was room for it, as there is for any one while none waits. */
  private boolean enqueue(Request request) {
    boolean room = waitingBytes.getAndAdd(request.bytes()) < MAX_WAITING_BYTES;
    if (room && waiting.offer(request)) {
      return true;
    }
    waitingBytes.addAndGet(-request.bytes());
    return false;
  }

  private void run() {
    List<Request> batch = new ArrayList<>();
    try {
      while (!closed) {
        takeBatch(batch);
        if (!batch.isEmpty()) {
          commit(batch);
          batch.clear();
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (SQLException | RuntimeException | Error e) {
      LOG.error("The event log can't be written any more", e);
    } finally {
      closed = true;
      refuse(List.copyOf(batch));
      refuseWaiting();
    }
  }

  private void takeBatch(List<Request> batch) throws InterruptedException {
    Request next = waiting.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
    for (long bytes = 0;
        next != null;
        next = batch.size() < MAX_BATCH && bytes < MAX_BATCH_BYTES ? waiting.poll() : null) {
      bytes += next.bytes();
      waitingBytes.addAndGet(-next.bytes());
      batch.add(next);
    }
  }

  /**
   * Commits a batch as one. If that fails, each request gets a transaction of its own, so that none
   * fails for another.
   */
  private void commit(List<Request> batch) throws SQLException {
    List<Answered> answered = new ArrayList<>(batch.size());
    List<LogEvent> committed = List.of();
    @Nullable Exception failure = null;
    try {
      for (Request request : batch) {
        boolean late = System.nanoTime() - request.deadline() > 0;
        answered.add(
            new Answered(request, late ? new TimedOut() : request.write().decide(decisions)));
      }
      committed = head.commit();
    } catch (SQLException | RuntimeException e) {
      head.rollback();
      failure = e;
    }
    if (failure == null) {
      publish.accept(committed);
      answers.execute(() -> answered.forEach(Answered::tell));
    } else if (batch.size() == 1) {
      Request failed = batch.getFirst();
      Exception reason = failure;
      answers.execute(() -> failed.answer().completeExceptionally(new StorageException(reason)));
    } else {
      for (Request request : batch) {
        commit(List.of(request));
      }
    }
  }

  /** Behind the answers that are on their way: what has one keeps it. */
  private void refuse(List<Request> left) {
    answers.execute(() -> left.forEach(request -> request.answer().complete(new Unavailable())));
  }

  private void refuseWaiting() {
    for (Request next = waiting.poll(); next != null; next = waiting.poll()) {
      waitingBytes.addAndGet(-next.bytes());
      next.answer().complete(new Unavailable());
    }
  }

  void close() {
    closed = true;
    Threads.join(thread);
    refuseWaiting();
  }
}
