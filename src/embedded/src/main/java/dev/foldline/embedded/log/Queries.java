package dev.foldline.embedded.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The questions that the log asks SQLite, prepared once per connection. Confined to that
 * connection's thread.
 */
final class Queries implements AutoCloseable {
  private static final String EVENT =
      "SELECT position, stream, revision, id, type, json, created, data, metadata FROM events ";
  private static final int NAMES = 4096;
  private static final int LONGEST_KEPT_NAME = 1024;

  private final Connection connection;
  private final PreparedStatement streamId;
  private final PreparedStatement streamName;
  private final PreparedStatement lastRevision;
  private final PreparedStatement lastMetadata;
  private final PreparedStatement event;
  private final PreparedStatement streamForwards;
  private final PreparedStatement streamBackwards;
  private final PreparedStatement allForwards;
  private final PreparedStatement allBackwards;
  private final PreparedStatement insertStream;
  private final PreparedStatement insertEvent;

  private final Map<Long, String> names =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
          return size() > NAMES;
        }
      };

  Queries(Connection connection) throws SQLException {
    this.connection = connection;
    streamId = prepare("SELECT id FROM streams WHERE name = ?");
    streamName = prepare("SELECT name FROM streams WHERE id = ?");
    lastRevision =
        prepare("SELECT revision FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 2");
    lastMetadata = prepare(EVENT + "WHERE stream = ? ORDER BY revision DESC LIMIT 1");
    event = prepare(EVENT + "WHERE stream = ? AND revision = ?");
    streamForwards =
        prepare(EVENT + "WHERE stream = ? AND revision BETWEEN ? AND ? ORDER BY revision");
    streamBackwards =
        prepare(EVENT + "WHERE stream = ? AND revision BETWEEN ? AND ? ORDER BY revision DESC");
    allForwards = prepare(EVENT + "WHERE position > ? ORDER BY position LIMIT ?");
    allBackwards = prepare(EVENT + "WHERE position < ? ORDER BY position DESC LIMIT ?");
    insertStream = prepare("INSERT INTO streams(id, name) VALUES(?, ?)");
    insertEvent =
        prepare(
            "INSERT INTO events(position, stream, revision, id, type, json, created, data, metadata)"
                + " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");
  }

  private PreparedStatement prepare(String sql) throws SQLException {
    return connection.prepareStatement(sql);
  }

  /** Ends the transaction, and with it the moment in time that reads look at. */
  void commit() throws SQLException {
    connection.commit();
  }

  void rollback() throws SQLException {
    connection.rollback();
  }

  StreamInfo stream(String name) throws SQLException {
    long id = streamId(name);
    long last = -1;
    boolean tombstoned = false;
    if (id != 0) {
      lastRevision.setLong(1, id);
      try (ResultSet rows = lastRevision.executeQuery()) {
        while (rows.next() && last < 0) {
          long revision = rows.getLong(1);
          if (revision == LogEvent.TOMBSTONE_REVISION) {
            tombstoned = true;
          } else {
            last = revision;
          }
        }
      }
    }
    if (StreamNames.isMetastream(name)) {
      boolean gone = tombstoned || isTombstoned(StreamNames.describedBy(name));
      boolean described = lastEvent(StreamNames.metastreamOf(name)) != null;
      return new StreamInfo(name, id, last, gone, described, StreamMetadata.OF_METASTREAM);
    }
    LogEvent metadata = lastEvent(StreamNames.metastreamOf(name));
    return new StreamInfo(
        name,
        id,
        last,
        tombstoned,
        metadata != null,
        metadata == null
            ? StreamMetadata.NONE
            : StreamMetadata.parse(metadata.json(), metadata.data()));
  }

  private boolean isTombstoned(String name) throws SQLException {
    long id = streamId(name);
    return id != 0 && event(id, name, LogEvent.TOMBSTONE_REVISION) != null;
  }

  /** The stream's last event; null if it has none. */
  @Nullable LogEvent lastEvent(String stream) throws SQLException {
    long id = streamId(stream);
    if (id == 0) {
      return null;
    }
    lastMetadata.setLong(1, id);
    return one(lastMetadata, stream);
  }

  @Nullable LogEvent event(long streamId, String stream, long revision) throws SQLException {
    event.setLong(1, streamId);
    event.setLong(2, revision);
    return one(event, stream);
  }

  /**
   * Events of a range of revisions, both inclusive, lowest first, until they exceed the number of
   * bytes.
   */
  List<LogEvent> streamForwards(StreamInfo stream, long from, long to, int maxBytes)
      throws SQLException {
    return stream(streamForwards, stream, from, to, maxBytes);
  }

  /** The same, highest first. */
  List<LogEvent> streamBackwards(StreamInfo stream, long from, long to, int maxBytes)
      throws SQLException {
    return stream(streamBackwards, stream, to, from, maxBytes);
  }

  private static List<LogEvent> stream(
      PreparedStatement statement, StreamInfo stream, long low, long high, int maxBytes)
      throws SQLException {
    List<LogEvent> events = new ArrayList<>();
    statement.setLong(1, stream.id());
    statement.setLong(2, low);
    statement.setLong(3, high);
    try (ResultSet rows = statement.executeQuery()) {
      for (int bytes = 0; bytes < maxBytes && rows.next(); ) {
        LogEvent event = event(rows, stream.name());
        events.add(event);
        bytes += event.size();
      }
    }
    return events;
  }

  List<LogEvent> allForwards(long after, int max, int maxBytes) throws SQLException {
    return all(allForwards, after, max, maxBytes);
  }

  List<LogEvent> allBackwards(long before, int max, int maxBytes) throws SQLException {
    return all(allBackwards, before, max, maxBytes);
  }

  private List<LogEvent> all(PreparedStatement statement, long bound, int max, int maxBytes)
      throws SQLException {
    List<LogEvent> events = new ArrayList<>();
    statement.setLong(1, bound);
    statement.setInt(2, max);
    try (ResultSet rows = statement.executeQuery()) {
      for (int bytes = 0; bytes < maxBytes && rows.next(); ) {
        LogEvent event = event(rows, streamName(rows.getLong(2)));
        events.add(event);
        bytes += event.size();
      }
    }
    return events;
  }

  /** The last event of the log; null if it is empty. */
  @Nullable LogEvent last() throws SQLException {
    List<LogEvent> last = allBackwards(Long.MAX_VALUE, 1, Integer.MAX_VALUE);
    return last.isEmpty() ? null : last.getFirst();
  }

  OptionalLong highestStreamId() throws SQLException {
    try (PreparedStatement highest = prepare("SELECT max(id) FROM streams");
        ResultSet row = highest.executeQuery()) {
      return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
    }
  }

  /** Fills the memory of recent ids from the last events of the log, oldest first. */
  void recentIds(int count, RecentIds recent) throws SQLException {
    try (PreparedStatement statement =
        prepare(
            "SELECT stream, id, revision FROM (SELECT stream, id, revision, position FROM events ORDER BY position DESC LIMIT ?) ORDER BY position")) {
      statement.setInt(1, count);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          recent.add(rows.getLong(1), uuid(rows.getBytes(2)), rows.getLong(3));
        }
      }
    }
  }

  void insertStream(long id, String name) throws SQLException {
    insertStream.setLong(1, id);
    insertStream.setBytes(2, StreamNames.encode(name).toByteArray());
    insertStream.executeUpdate();
  }

  void insert(long streamId, LogEvent event) throws SQLException {
    insertEvent.setLong(1, event.position());
    insertEvent.setLong(2, streamId);
    insertEvent.setLong(3, event.revision());
    insertEvent.setBytes(4, bytes(event.id()));
    insertEvent.setString(5, event.type());
    insertEvent.setInt(6, event.json() ? 1 : 0);
    insertEvent.setLong(7, event.created());
    insertEvent.setBytes(8, event.data().toByteArray());
    insertEvent.setBytes(9, event.metadata().toByteArray());
    insertEvent.executeUpdate();
  }

  /** The id of a stream's name, 0 if it was never written to. */
  private long streamId(String name) throws SQLException {
    streamId.setBytes(1, StreamNames.encode(name).toByteArray());
    try (ResultSet row = streamId.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  private String streamName(long id) throws SQLException {
    String known = names.get(id);
    if (known != null) {
      return known;
    }
    streamName.setLong(1, id);
    try (ResultSet row = streamName.executeQuery()) {
      if (!row.next()) {
        throw new SQLException("No stream has the id " + id);
      }
      String name = StreamNames.decode(UnsafeByteOperations.unsafeWrap(row.getBytes(1)));
      if (name.length() <= LONGEST_KEPT_NAME) {
        names.put(id, name);
      }
      return name;
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
        row.getLong(3),
        uuid(row.getBytes(4)),
        row.getString(5),
        row.getInt(6) != 0,
        row.getLong(7),
        blob(row, 8),
        blob(row, 9));
  }

  private static ByteString blob(ResultSet row, int column) throws SQLException {
    byte[] bytes = row.getBytes(column);
    return bytes == null || bytes.length == 0
        ? ByteString.EMPTY
        : UnsafeByteOperations.unsafeWrap(bytes);
  }

  private static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  private static UUID uuid(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong());
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
