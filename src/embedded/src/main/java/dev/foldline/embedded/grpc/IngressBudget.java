package dev.foldline.embedded.grpc;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that requests may occupy between their first byte and their answer, over all calls:
 * thousands of half-sent ones must not fill the heap. May be used from any thread.
 */
final class IngressBudget {
  private static final long BYTES = 64L << 20;

  private final AtomicLong used = new AtomicLong();
  private final Runnable exceeded;

  /**
   * @param exceeded ends the call whose share is the largest, so that the small ones are served
   */
  IngressBudget(Runnable exceeded) {
    this.exceeded = exceeded;
  }

  /** Whether what all calls hold together is too much. */
  boolean isExceeded() {
    return used.get() > BYTES;
  }

  /** What one call holds. */
  final class Share {
    private long held;
    private boolean over;

    void take(long bytes) {
      if (add(bytes)) {
        exceeded.run();
      }
    }

    /** Answers whether that is too much. */
    private synchronized boolean add(long bytes) {
      if (over) {
        return false;
      }
      held += bytes;
      return used.addAndGet(bytes) > BYTES;
    }

    synchronized void giveBack(long bytes) {
      if (!over) {
        held -= bytes;
        used.addAndGet(-bytes);
      }
    }

    /** The call is over: gives back what is left, and takes nothing more. */
    synchronized void end() {
      giveBack(held);
      over = true;
    }

    synchronized long held() {
      return held;
    }
  }
}
