package dev.foldline.embedded.log;

/** Waits for threads that end soon, once they are told to. */
final class Threads {
  private Threads() {}

  /** Waits also where this thread is interrupted: what the other uses is about to be closed. */
  static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
