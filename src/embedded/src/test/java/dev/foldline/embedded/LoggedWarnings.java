package dev.foldline.embedded;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What anything in this process logs as a warning or worse, until it is closed. */
public final class LoggedWarnings extends Handler implements AutoCloseable {
  private static final Logger ROOT = Logger.getLogger("");

  private final List<String> messages = new CopyOnWriteArrayList<>();

  public LoggedWarnings() {
    setLevel(Level.WARNING);
    ROOT.addHandler(this);
  }

  @Override
  public void publish(LogRecord logged) {
    if (isLoggable(logged)) {
      messages.add(logged.getLoggerName() + ": " + logged.getMessage());
    }
  }

  /** Each with the name of its logger. */
  public List<String> messages() {
    return List.copyOf(messages);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    ROOT.removeHandler(this);
  }
}
