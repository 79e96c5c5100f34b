package dev.foldline.embedded.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The questions that the log asks SQLite, prepared once per connection. Of what was committed
 * behind {@code end} they know nothing. Confined to the connection's thread.
 */
final class Selects {
  private static final String COLUMNS =
      "SELECT e.position, e.revision, e.id, e.type, e.json, e.created, e.data, e.metadata";
  private static final String EVENT = COLUMNS + " FROM events e ";
  private static final String NAMED =
      COLUMNS + ", s.name FROM events e JOIN streams s ON s.id = e.stream ";

  /** The events come in the order of the list: a cross join is not turned round. */
  private static final String LISTED =
      COLUMNS + " FROM json_each(?) l CROSS JOIN events e ON e.position = l.value";

  private static final String INDEXED =
      EVENT + "JOIN revisions r ON r.position = e.position WHERE r.stream = ? ";

  private final Connection connection;
  private final PreparedStatement streamId;
  private final PreparedStatement highestRevision;
  private final PreparedStatement eventAt;
  private final PreparedStatement listed;
  private final PreparedStatement event;
  private final PreparedStatement streamForwards;
  private final PreparedStatement streamBackwards;
  private final PreparedStatement allForwards;
  private final PreparedStatement allBackwards;

  Selects(Connection connection) throws SQLException {
    this.connection = connection;
    streamId = prepare("SELECT id FROM streams WHERE name = ?");
    highestRevision =
        prepare(
            "SELECT revision FROM revisions WHERE stream = ? AND revision <= ? AND position <= ?"
                + " ORDER BY revision DESC LIMIT 1");
    eventAt = prepare(EVENT + "WHERE position = ?");
    listed = prepare(LISTED);
    event = prepare(INDEXED + "AND r.revision = ? AND r.position <= ?");
    String range = INDEXED + "AND r.revision BETWEEN ? AND ? AND r.position <= ? ";
    streamForwards = prepare(range + "ORDER BY r.revision");
    streamBackwards = prepare(range + "ORDER BY r.revision DESC");
    allForwards = prepare(NAMED + "WHERE position > ? AND position <= ? ORDER BY position LIMIT ?");
    allBackwards =
        prepare(NAMED + "WHERE position < ? AND position <= ? ORDER BY position DESC LIMIT ?");
  }

  private PreparedStatement prepare(String sql) throws SQLException {
    return connection.prepareStatement(sql);
  }

  /** Ends the transaction, and with it the moment in time that reads look at. */
  void commit() throws SQLException {
    connection.commit();
  }

  /** The highest indexed revision of a stream up to a bound, −1 if there is none. */
  long highestRevision(long stream, long bound, long end) throws SQLException {
    highestRevision.setLong(1, stream);
    highestRevision.setLong(2, bound);
    highestRevision.setLong(3, end);
    try (ResultSet row = highestRevision.executeQuery()) {
      return row.next() ? row.getLong(1) : -1;
    }
  }

  @Nullable LogEvent event(long position, String stream) throws SQLException {
    eventAt.setLong(1, position);
    return one(eventAt, stream);
  }

  /** Adds a stream's events at these positions, in their order. */
  void events(List<Long> positions, String stream, Page page) throws SQLException {
    // What a list of numbers prints as is JSON.
    listed.setString(1, positions.toString());
    add(listed, stream, page);
  }

  @Nullable LogEvent event(long streamId, String stream, long revision, long end)
      throws SQLException {
    event.setLong(1, streamId);
    event.setLong(2, revision);
    event.setLong(3, end);
    return one(event, stream);
  }

  /** Adds indexed events of a range of revisions, both inclusive, lowest first. */
  void streamForwards(StreamInfo stream, long from, long to, long end, Page page)
      throws SQLException {
    stream(streamForwards, stream, from, to, end, page);
  }

  /** The same, highest first. */
  void streamBackwards(StreamInfo stream, long from, long to, long end, Page page)
      throws SQLException {
    stream(streamBackwards, stream, to, from, end, page);
  }

  private static void stream(
      PreparedStatement statement, StreamInfo stream, long low, long high, long end, Page page)
      throws SQLException {
    statement.setLong(1, stream.id());
    statement.setLong(2, low);
    statement.setLong(3, high);
    statement.setLong(4, end);
    add(statement, stream.name(), page);
  }

  private static void add(PreparedStatement statement, String stream, Page page)
      throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      while (!page.isFull() && rows.next()) {
        page.add(event(rows, stream));
      }
    }
  }

  /** Adds events behind a position, lowest first. */
  void allForwards(long after, long end, int max, Page page) throws SQLException {
    all(allForwards, after, end, max, page);
  }

  /** Adds events before a position, highest first. */
  void allBackwards(long before, long end, int max, Page page) throws SQLException {
    all(allBackwards, before, end, max, page);
  }

  private void all(PreparedStatement statement, long bound, long end, int max, Page page)
      throws SQLException {
    statement.setLong(1, bound);
    statement.setLong(2, end);
    statement.setInt(3, max);
    try (ResultSet rows = statement.executeQuery()) {
      while (!page.isFull() && rows.next()) {
        page.add(event(rows, StreamNames.decode(blob(rows, 9))));
      }
    }
  }

  /** The id of a stream's name, 0 if it was never written to. */
  long streamId(String name) throws SQLException {
    streamId.setBytes(1, StreamNames.encode(name).toByteArray());
    try (ResultSet row = streamId.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  private static @Nullable LogEvent one(PreparedStatement statement, String stream)
      throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      return row.next() ? event(row, stream) : null;
    }
  }

  private static LogEvent event(ResultSet row, String stream) throws SQLException {
    return new LogEvent(
        row.getLong(1),
        stream,
        row.getLong(2),
        uuid(row.getBytes(3)),
        row.getString(4),
        row.getInt(5) != 0,
        row.getLong(6),
        blob(row, 7),
        blob(row, 8));
  }

  private static ByteString blob(ResultSet row, int column) throws SQLException {
    byte[] bytes = row.getBytes(column);
    return bytes == null || bytes.length == 0
        ? ByteString.EMPTY
        : UnsafeByteOperations.unsafeWrap(bytes);
  }

  static UUID uuid(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong());
  }
}
