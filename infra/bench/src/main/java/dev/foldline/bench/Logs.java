package dev.foldline.bench;

import java.util.logging.Level;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.LogManager;

/** What Quarkus does for an application, and nobody for a plain main class. */
final class Logs {

  private Logs() {}

  /** Without it all levels are on, and each HTTP/2 frame is written out for a log nobody reads. */
  static void atInfo() {
    System.setProperty("java.util.logging.manager", LogManager.class.getName());
    LogContext.getSystemLogContext().getLogger("").setLevel(Level.INFO);
  }
}
