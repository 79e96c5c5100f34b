package dev.foldline.embedded;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the store logs as a warning or worse, and its transport at all, until this is closed. */
public final class LoggedWarnings extends Handler implements AutoCloseable {
  private static final Logger ROOT = Logger.getLogger("");
  private static final String STORE = EmbeddedEventStore.class.getPackageName();
  private static final String TRANSPORT =
      NettyServerBuilder.class.getPackageName() + ".NettyServer";

  private final List<String> messages = new CopyOnWriteArrayList<>();

  public LoggedWarnings() {
    ROOT.addHandler(this);
  }

  @Override
  public void publish(LogRecord logged) {
    String logger = String.valueOf(logged.getLoggerName());
    boolean warning = logged.getLevel().intValue() >= Level.WARNING.intValue();
    if (logger.startsWith(TRANSPORT) || (warning && logger.startsWith(STORE))) {
      messages.add(logger + ": " + logged.getMessage());
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
