package dev.foldline.embedded.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * The SQLite file in its data directory, which it keeps other processes out of while it is open.
 */
final class Database implements AutoCloseable {
  private static final int VERSION = 2;

  /** Events are in the order of $all; where a stream's events are is indexed apart, and later. */
  private static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE streams(id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE)",
          """
          CREATE TABLE events(
            position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, id BLOB NOT NULL,
            type TEXT NOT NULL, json INTEGER NOT NULL, created INTEGER NOT NULL, data BLOB NOT NULL,
            metadata BLOB NOT NULL)
          """,
          """
          CREATE TABLE revisions(
            stream INTEGER NOT NULL, revision INTEGER NOT NULL, position INTEGER NOT NULL,
            PRIMARY KEY(stream, revision)) WITHOUT ROWID
          """,
          "CREATE TABLE indexed(position INTEGER NOT NULL)",
          "INSERT INTO indexed VALUES(0)",
          "PRAGMA user_version = " + VERSION);

  private static final int PAGE_BYTES = 4096;

  /** Where {@link WalCheckpoints} do not keep up, the writer waits for one here. */
  private static final int MOST_PAGES = 64_000;

  private static final int BUSY_MILLIS = 10_000;

  private final Path directory;
  private final boolean temporary;
  private final boolean fsync;
  private final DirectoryLock lock;

  /** The last one first. */
  private final Deque<Connection> connections = new ArrayDeque<>();

  private Database(Path directory, boolean temporary, boolean fsync, DirectoryLock lock) {
    this.directory = directory;
    this.temporary = temporary;
    this.fsync = fsync;
    this.lock = lock;
  }

  /**
   * @param directory of the data; null for a temporary one that is deleted on close
   * @throws IllegalStateException if another store uses the directory
   */
  static Database open(@Nullable Path directory, boolean fsync) {
    try {
      boolean temporary = directory == null;
      Path data =
          directory == null
              ? Files.createTempDirectory("foldline")
              : Files.createDirectories(directory);
      return new Database(data, temporary, fsync && !temporary, DirectoryLock.take(data));
    } catch (IOException e) {
      throw new UncheckedIOException("Can't use the data directory " + directory, e);
    }
  }

  Connection writer() throws SQLException {
    SQLiteConfig config = config(16);
    config.setJournalMode(JournalMode.WAL);
    config.setPageSize(PAGE_BYTES);
    // Unless told so, the driver runs a query after each insert.
    config.setGetGeneratedKeys(false);
    Connection connection = connect(config);
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_autocheckpoint=" + MOST_PAGES);
      if (number(statement, "SELECT count(*) FROM sqlite_master") == 0) {
        for (String definition : SCHEMA) {
          statement.execute(definition);
        }
      }
      long version = number(statement, "PRAGMA user_version");
      if (version != VERSION) {
        throw new IllegalStateException(
            "The data directory %s holds a log of version %d, and only version %d can be opened"
                .formatted(directory, version, VERSION));
      }
    }
    connection.commit();
    return connection;
  }

  private static long number(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      return row.getLong(1);
    }
  }

  /** One that only folds the write-ahead log into the database. */
  Connection checkpoints() throws SQLException {
    return connect(config(1));
  }

  Connection reader() throws SQLException {
    SQLiteConfig config = config(4);
    config.setReadOnly(true);
    Connection connection = connect(config);
    connection.setAutoCommit(false);
    return connection;
  }

  private SQLiteConfig config(int cacheMebibytes) {
    SQLiteConfig config = new SQLiteConfig();
    config.setSynchronous(fsync ? SynchronousMode.FULL : SynchronousMode.OFF);
    config.setBusyTimeout(BUSY_MILLIS);
    config.setCacheSize(-1024 * cacheMebibytes);
    return config;
  }

  private Connection connect(SQLiteConfig config) throws SQLException {
    Connection connection =
        Objects.requireNonNull(
            config.createConnection("jdbc:sqlite:" + directory.resolve("events.db")));
    connections.push(connection);
    return connection;
  }

  /**
   * Closes all connections, which nobody may be using any more. The writer's goes last: only it can
   * fold the write-ahead log into the database. The others are closed and the directory is free
   * even if one fails.
   */
  @Override
  public void close() {
    try {
      try (lock) {
        closeConnections();
      }
      if (temporary) {
        try (var files = Files.walk(directory)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw new StorageException(e);
    }
  }

  private void closeConnections() throws SQLException {
    if (!connections.isEmpty()) {
      try (Connection _ = connections.removeLast()) {
        closeConnections();
      }
    }
  }
}
