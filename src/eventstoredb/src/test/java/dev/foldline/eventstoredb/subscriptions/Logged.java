package dev.foldline.eventstoredb.subscriptions;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What a class writes to the log. */
public final class Logged implements AutoCloseable {

  private final Logger logger;
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final Handler listener =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          messages.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  public Logged(Class<?> writer) {
    logger = Logger.getLogger(writer.getName());
    logger.addHandler(listener);
  }

  public List<String> messages() {
    return messages;
  }

  @Override
  public void close() {
    logger.removeHandler(listener);
  }
}
