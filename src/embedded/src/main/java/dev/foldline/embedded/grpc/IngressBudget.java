package dev.foldline.embedded.grpc;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that events may occupy between their arrival and the answer to their append, over all
 * calls: thousands of half-sent appends must not fill the heap.
 */
final class IngressBudget {
  private static final long BYTES = 64L << 20;

  private final AtomicLong used = new AtomicLong();

  /** Takes a share; UNAVAILABLE if there is not enough left. */
  void take(long bytes) {
    if (used.addAndGet(bytes) > BYTES) {
      used.addAndGet(-bytes);
      throw Errors.unavailable();
    }
  }

  void giveBack(long bytes) {
    used.addAndGet(-bytes);
  }
}
