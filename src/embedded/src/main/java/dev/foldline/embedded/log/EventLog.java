package dev.foldline.embedded.log;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The durable log of all events. Writes are answered once they are on disk, and are then visible to
 * every reader.
 *
 * <p>All methods may be called from any thread. Futures complete where answers are given, or on the
 * log's own threads, and nothing may wait there; they fail with {@link StorageException} only if
 * the disk does.
 */
public final class EventLog implements AutoCloseable {
  /** How long a write waits for its turn unless it says otherwise. */
  public static final Duration WRITE_TIMEOUT = Duration.ofSeconds(2);

  /** Events that go to SQLite's index at a time: each takes up to 130 bytes until it has gone. */
  public static final int GENERATION = 65_536;

  private static final Logger LOG = Logger.getLogger(EventLog.class);
  private static final long FIRST_POSITION = 4096;
  private static final int READERS = 2;

  private final Database database;
  private final Tail tail;
  private final Writer writer;
  private final WalCheckpoints checkpoints;
  private final Readers readers;
  private final List<CommitListener> listeners = new CopyOnWriteArrayList<>();
  private volatile RecentIndex index;
  private volatile long lastPosition;

  private EventLog(Database database, Executor answers, int generation, InstantSource clock)
      throws SQLException {
    this.database = database;
    Connection connection = database.writer();
    checkpoints = new WalCheckpoints(database.checkpoints(), connection);
    Selects selects = new Selects(connection);
    LogHead head = new LogHead(selects, new Inserts(connection), generation, FIRST_POSITION, clock);
    index = head.committed();
    lastPosition = head.lastPosition();
    tail = new Tail(lastPosition);
    readers = new Readers(database, READERS, () -> index);
    writer = new Writer(head, events -> committed(events, head.committed()), answers);
    checkpoints.start();
  }

  /**
   * Opens a log, or makes a new one.
   *
   * @param directory of the data, made if missing; null for a temporary one that is deleted on
   *     close
   * @param fsync whether a write is on disk before it is answered; without it a power failure loses
   *     data
   * @param answers where the futures of writes complete, a group of them at a time; keeps the
   *     order, and outlives the log
   * @throws IllegalStateException if another store uses the directory, or another version of it
   *     wrote what is there
   */
  public static EventLog open(@Nullable Path directory, boolean fsync, Executor answers) {
    return open(directory, fsync, answers, GENERATION);
  }

  /** The same, with another {@link #GENERATION}, by the machine's clock. */
  public static EventLog open(
      @Nullable Path directory, boolean fsync, Executor answers, int generation) {
    return open(directory, fsync, answers, generation, InstantSource.system());
  }

  /**
   * The same, with another {@link #GENERATION}: a small one is met at every stage of its way to
   * disk.
   *
   * @param clock by which events are stamped
   */
  public static EventLog open(
      @Nullable Path directory,
      boolean fsync,
      Executor answers,
      int generation,
      InstantSource clock) {
    EventLog log = open(Database.open(directory, fsync), answers, generation, clock);
    try {
      log.seed();
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
    return log;
  }

  private static EventLog open(
      Database database, Executor answers, int generation, InstantSource clock) {
    try {
      return new EventLog(database, answers, generation, clock);
    } catch (SQLException e) {
      database.close();
      throw new StorageException(e);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** A real database is never empty: clients that look for the end of the log find one. */
  private void seed() {
    if (lastPosition == 0) {
      var settings = NewEvent.json(LogEvent.METADATA_TYPE, "{}");
      append("$$$settings", ExpectedRevision.ANY, List.of(settings)).join().requireWritten();
    }
  }

  public CompletableFuture<WriteResult> append(
      String stream, ExpectedRevision expected, List<NewEvent> events) {
    return append(stream, expected, events, WRITE_TIMEOUT);
  }

  /** Appends all events or none; answers {@code TimedOut} if its turn has not come in time. */
  public CompletableFuture<WriteResult> append(
      String stream, ExpectedRevision expected, List<NewEvent> events, Duration timeout) {
    long bytes = footprint(stream);
    for (NewEvent event : events) {
      bytes += event.footprint();
    }
    return writer.submit(
        decisions -> decisions.append(stream, expected, events), bytes, timeout.toNanos());
  }

  /** One event for some stream. */
  public record Addition(String stream, NewEvent event) {}

  /**
   * Appends events to many streams as one, whatever their revisions; those of deleted streams are
   * left out.
   */
  public CompletableFuture<WriteResult> appendAll(List<Addition> additions) {
    long bytes = 0;
    for (Addition addition : additions) {
      bytes += footprint(addition.stream()) + addition.event().footprint();
    }
    return writer.submit(
        decisions -> decisions.appendAll(additions), bytes, WRITE_TIMEOUT.toNanos());
  }

  private static long footprint(String stream) {
    return 2L * stream.length();
  }

  /** Soft deletion: the stream may come back, without its old events. */
  public CompletableFuture<WriteResult> delete(String stream, ExpectedRevision expected) {
    return writer.submit(
        decisions -> decisions.delete(stream, expected),
        footprint(stream),
        WRITE_TIMEOUT.toNanos());
  }

  /** Deletion for good. */
  public CompletableFuture<WriteResult> tombstone(String stream, ExpectedRevision expected) {
    return writer.submit(
        decisions -> decisions.tombstone(stream, expected),
        footprint(stream),
        WRITE_TIMEOUT.toNanos());
  }

  /**
   * Runs on a reader thread, of which there are few: a question takes one page and returns, and
   * never waits.
   */
  public <T> CompletableFuture<T> read(Function<Snapshot, T> question) {
    return readers.read(question);
  }

  /** The position of the last event that is committed and visible. */
  public long lastPosition() {
    return lastPosition;
  }

  /**
   * Recent events behind a position, from memory, also those that are not {@link LogEvent#inAll};
   * null if it reaches further back than memory does, so that {@link Snapshot#allForwards} must be
   * asked.
   */
  public @Nullable List<LogEvent> tail(long after, int max) {
    return tail.after(after, max);
  }

  /** Has a listener told of every commit from now on, until the handle is closed. */
  public Subscription onCommit(CommitListener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Ends what {@link #onCommit} began. */
  @FunctionalInterface
  public interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  private void committed(List<LogEvent> events, RecentIndex committed) {
    publish(events, committed);
    checkpoints.committed(events);
  }

  private void publish(List<LogEvent> events, RecentIndex committed) {
    if (!events.isEmpty()) {
      index = committed;
      tail.add(events);
      lastPosition = events.getLast().position();
      listeners.forEach(listener -> tell(listener, events));
    }
  }

  /** What was committed is committed, whatever a listener makes of it. */
  private static void tell(CommitListener listener, List<LogEvent> events) {
    try {
      listener.committed(events);
    } catch (RuntimeException e) {
      LOG.error("A listener failed on a commit", e);
    }
  }

  @Override
  public void close() {
    readers.close();
    writer.close();
    checkpoints.close();
    database.close();
  }
}
