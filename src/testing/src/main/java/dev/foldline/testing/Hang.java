package dev.foldline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/** What becomes of others when a process hangs: it does nothing, and its connections stay open. */
public final class Hang {

  private static final int SECONDS = 20;

  private Hang() {}

  /** Has a process hang while something is done. */
  public static void during(Process process, Runnable action) {
    signal(process, "-STOP");
    try {
      action.run();
    } finally {
      signal(process, "-CONT");
    }
  }

  private static void signal(Process process, String signal) {
    try {
      Process kill = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start();
      if (kill.onExit().orTimeout(SECONDS, TimeUnit.SECONDS).join().exitValue() != 0) {
        throw new IllegalStateException("no " + signal + " for " + process.pid());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
