package dev.foldline.embedded.log;

import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The log as of one moment: what SQLite has indexed and what only memory has yet, as one. Confined
 * to the thread of its connection.
 *
 * <p>The index in memory must be taken before the connection's transaction begins: then SQLite has
 * at least all that memory has left out.
 */
final class LogView {
  /**
   * Events of a page whose places come from memory: a stream's may be many, and the rest can wait.
   */
  private static final int MOST_LISTED = 512;

  private final Selects selects;
  private final RecentIndex recent;

  LogView(Selects selects, RecentIndex recent) {
    this.selects = selects;
    this.recent = recent;
  }

  /** The position of the last event that is to be seen. */
  long end() {
    return recent.end();
  }

  StreamInfo stream(String name) throws SQLException {
    long id = selects.streamId(name);
    long last = highest(id, LogEvent.TOMBSTONE_REVISION);
    boolean tombstoned = last == LogEvent.TOMBSTONE_REVISION;
    if (tombstoned) {
      last = highest(id, LogEvent.TOMBSTONE_REVISION - 1);
    }
    if (StreamNames.isMetastream(name)) {
      boolean gone = tombstoned || isTombstoned(StreamNames.describedBy(name));
      boolean described = lastEvent(StreamNames.metastreamOf(name)) != null;
      boolean closed = tombstoned || (gone && last < 0);
      return new StreamInfo(name, id, last, gone, closed, described, StreamMetadata.OF_METASTREAM);
    }
    LogEvent metadata = lastEvent(StreamNames.metastreamOf(name));
    return new StreamInfo(
        name,
        id,
        last,
        tombstoned,
        tombstoned,
        metadata != null,
        metadata == null
            ? StreamMetadata.NONE
            : StreamMetadata.parse(metadata.json(), metadata.data()));
  }

  private boolean isTombstoned(String name) throws SQLException {
    return highest(selects.streamId(name), LogEvent.TOMBSTONE_REVISION)
        == LogEvent.TOMBSTONE_REVISION;
  }

  /** The stream's last event; null if it has none. */
  @Nullable LogEvent lastEvent(String stream) throws SQLException {
    long id = selects.streamId(stream);
    long last = highest(id, LogEvent.TOMBSTONE_REVISION);
    return last < 0 ? null : event(id, stream, last);
  }

  /** The highest revision of a stream up to a bound, −1 if there is none. */
  private long highest(long stream, long bound) throws SQLException {
    if (stream == 0) {
      return -1;
    }
    Long known = recent.highest(stream, bound);
    return known != null ? known : selects.highestRevision(stream, bound, recent.end());
  }

  @Nullable LogEvent event(long streamId, String stream, long revision) throws SQLException {
    Long position = recent.position(streamId, revision);
    return position != null
        ? selects.event(position, stream)
        : selects.event(streamId, stream, revision, recent.end());
  }

  /** Events of a range of revisions, both inclusive, lowest first; none of them a tombstone. */
  List<LogEvent> streamForwards(StreamInfo stream, long from, long to, int maxBytes)
      throws SQLException {
    Page page = new Page(maxBytes);
    long end = Math.min(to, stream.lastRevision());
    long known = Math.max(from, recent.lowest(stream.id()));
    if (from <= end && from < known) {
      selects.streamForwards(stream, from, Math.min(end, known - 1), recent.end(), page);
    }
    add(stream, LongStream.rangeClosed(known, end), page);
    return page.events();
  }

  /** The same, highest first: {@code from} is the higher bound. */
  List<LogEvent> streamBackwards(StreamInfo stream, long from, long to, int maxBytes)
      throws SQLException {
    Page page = new Page(maxBytes);
    long end = Math.min(from, stream.lastRevision());
    int listed = add(stream, LongStream.iterate(end, at -> at >= to, at -> at - 1), page);
    long next = end - listed;
    if (to <= next && listed < MOST_LISTED && !page.isFull()) {
      selects.streamBackwards(stream, next, to, recent.end(), page);
    }
    return page.events();
  }

  /** Adds events as far as memory knows where they are; answers how many it looked for. */
  private int add(StreamInfo stream, LongStream revisions, Page page) throws SQLException {
    List<Long> positions =
        revisions
            .limit(MOST_LISTED)
            .mapToObj(revision -> recent.position(stream.id(), revision))
            .takeWhile(Objects::nonNull)
            .toList();
    if (!positions.isEmpty() && !page.isFull()) {
      selects.events(positions, stream.name(), page);
    }
    return positions.size();
  }

  /** Events behind a position, lowest first. */
  List<LogEvent> allForwards(long after, int max, int maxBytes) throws SQLException {
    Page page = new Page(maxBytes);
    selects.allForwards(after, recent.end(), max, page);
    return page.events();
  }

  /** Events before a position, highest first. */
  List<LogEvent> allBackwards(long before, int max, int maxBytes) throws SQLException {
    Page page = new Page(maxBytes);
    selects.allBackwards(before, recent.end(), max, page);
    return page.events();
  }
}
