package dev.foldline.embedded.log;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;

/** What only the writer tells and asks SQLite, on its connection. Confined to the writer. */
final class Inserts {
  private final Connection connection;
  private PreparedStatement stream;
  private PreparedStatement event;
  private PreparedStatement revision;

  Inserts(Connection connection) throws SQLException {
    this.connection = connection;
    prepare();
  }

  private void prepare() throws SQLException {
    stream = connection.prepareStatement("INSERT INTO streams(id, name) VALUES(?, ?)");
    event =
        connection.prepareStatement(
            "INSERT INTO events(position, stream, revision, id, type, json, created, data, metadata)"
                + " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");
    revision =
        connection.prepareStatement(
            "INSERT OR IGNORE INTO revisions(stream, revision, position) VALUES(?, ?, ?)");
  }

  void stream(long id, String name) throws SQLException {
    stream.setLong(1, id);
    stream.setBytes(2, StreamNames.encode(name).toByteArray());
    stream.executeUpdate();
  }

  /** Inserts an event, which is not indexed yet. */
  void event(long streamId, LogEvent inserted) throws SQLException {
    event.setLong(1, inserted.position());
    event.setLong(2, streamId);
    event.setLong(3, inserted.revision());
    event.setBytes(4, bytes(inserted.id()));
    event.setString(5, inserted.type());
    event.setInt(6, inserted.json() ? 1 : 0);
    event.setLong(7, inserted.created());
    event.setBytes(8, inserted.data().toByteArray());
    event.setBytes(9, inserted.metadata().toByteArray());
    event.executeUpdate();
  }

  /** Indexes an event, which may be indexed already. */
  void revision(Place place) throws SQLException {
    revision.setLong(1, place.stream());
    revision.setLong(2, place.revision());
    revision.setLong(3, place.position());
    revision.executeUpdate();
  }

  /** Says that all events up to a position are indexed. */
  void indexed(long upTo) throws SQLException {
    execute("UPDATE indexed SET position = ?", upTo);
  }

  /** Indexes all events that no generation has marked as indexed. */
  void indexAll() throws SQLException {
    long indexed = number("SELECT position FROM indexed");
    execute(
        "INSERT OR IGNORE INTO revisions(stream, revision, position)"
            + " SELECT stream, revision, position FROM events WHERE position > ?"
            + " ORDER BY stream, revision",
        indexed);
    indexed(number("SELECT max(position) FROM events"));
  }

  private void execute(String sql, long parameter) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, parameter);
      statement.executeUpdate();
    }
  }

  /** Null is 0. */
  private long number(String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  long highestStreamId() throws SQLException {
    return number("SELECT max(id) FROM streams");
  }

  /** Fills the memory of recent ids from the last events of the log, oldest first. */
  void recentIds(int count, RecentIds recent) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT stream, id, revision FROM (SELECT stream, id, revision, position FROM events"
                + " ORDER BY position DESC LIMIT ?) ORDER BY position")) {
      statement.setInt(1, count);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          recent.add(rows.getLong(1), Selects.uuid(rows.getBytes(2)), rows.getLong(3));
        }
      }
    }
  }

  void commit() throws SQLException {
    connection.commit();
  }

  /**
   * Where the disk was full or failed, SQLite has done so by itself, and the driver has closed the
   * statement that failed.
   */
  void rollback() throws SQLException {
    try {
      connection.rollback();
    } catch (SQLException _) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("BEGIN");
      }
    }
    for (PreparedStatement statement : List.of(stream, event, revision)) {
      statement.close();
    }
    prepare();
  }

  private static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }
}
