package dev.foldline.embedded.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * The SQLite file in its data directory, which it keeps other processes out of while it is open.
 */
final class Database implements AutoCloseable {
  private static final int CHECKPOINT_PAGES = 8000;
  private static final int BUSY_MILLIS = 10_000;

  private final Path directory;
  private final boolean temporary;
  private final boolean fsync;
  private final FileChannel lockFile;

  private Database(Path directory, boolean temporary, boolean fsync, FileChannel lockFile) {
    this.directory = directory;
    this.temporary = temporary;
    this.fsync = fsync;
    this.lockFile = lockFile;
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
      return new Database(data, temporary, fsync && !temporary, lock(data));
    } catch (IOException e) {
      throw new UncheckedIOException("Can't use the data directory " + directory, e);
    }
  }

  private static FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException _) {
      // Held by another store of this process: refused below like any other.
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw new IllegalStateException(
          "The data directory " + directory + " is in use by another event store");
    }
    return channel;
  }

  Connection writer() throws SQLException {
    SQLiteConfig config = config(16);
    config.setJournalMode(JournalMode.WAL);
    Connection connection = connect(config);
    try (var statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_autocheckpoint=" + CHECKPOINT_PAGES);
      statement.execute(
          "CREATE TABLE IF NOT EXISTS streams(id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE)");
      statement.execute(
          """
          CREATE TABLE IF NOT EXISTS events(
            position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, id BLOB NOT NULL,
            type TEXT NOT NULL, json INTEGER NOT NULL, created INTEGER NOT NULL, data BLOB NOT NULL,
            metadata BLOB NOT NULL, UNIQUE(stream, revision))
          """);
    }
    connection.setAutoCommit(false);
    return connection;
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
    return Objects.requireNonNull(
        config.createConnection("jdbc:sqlite:" + directory.resolve("events.db")));
  }

  @Override
  public void close() {
    try {
      lockFile.close();
      if (temporary) {
        try (var files = Files.walk(directory)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
