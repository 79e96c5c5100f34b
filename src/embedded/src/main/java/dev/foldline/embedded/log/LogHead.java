package dev.foldline.embedded.log;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The log as of the last write, committed or not: its end, its streams and its newest ids. Inserts
 * events behind the end, and takes back what is not committed. Confined to the writer.
 */
final class LogHead {
  private static final int KEPT_STREAMS = 65_536;
  private static final int LARGEST_KEPT_STREAM = 512;

  private final Selects selects;
  private final Inserts inserts;
  private final Indexer indexer;
  private final long firstPosition;
  private final InstantSource clock;
  private final RecentIds recent = new RecentIds();
  private final Map<String, StreamInfo> streams =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, StreamInfo> eldest) {
          return size() > KEPT_STREAMS;
        }
      };

  private LogView view;
  private List<LogEvent> written = new ArrayList<>();
  private long lastPosition;
  private long nextPosition;
  private long nextStreamId;

  /**
   * @param generation of the {@link Indexer}
   * @param firstPosition of an empty log
   * @param clock by which events are stamped
   */
  LogHead(Selects selects, Inserts inserts, int generation, long firstPosition, InstantSource clock)
      throws SQLException {
    this.clock = clock;
    this.selects = selects;
    this.inserts = inserts;
    this.firstPosition = firstPosition;
    indexer = new Indexer(inserts, generation);
    view = new LogView(selects, indexer.recent());
    load();
  }

  /** Takes up the state that is on disk. */
  private void load() throws SQLException {
    Page last = new Page(1);
    selects.allBackwards(Long.MAX_VALUE, Long.MAX_VALUE, 1, last);
    lastPosition = 0;
    nextPosition = firstPosition;
    for (LogEvent event : last.events()) {
      lastPosition = event.position();
      nextPosition = event.position() + event.size();
    }
    nextStreamId = inserts.highestStreamId() + 1;
    inserts.recentIds(RecentIds.CAPACITY, recent);
  }

  /** Makes everything since the last commit durable; answers the events among it. */
  List<LogEvent> commit() throws SQLException {
    indexer.beforeCommit();
    inserts.commit();
    indexer.afterCommit(lastPosition);
    view = new LogView(selects, indexer.recent());
    List<LogEvent> committed = written;
    written = new ArrayList<>();
    return committed;
  }

  /** Forgets everything since the last commit. */
  void rollback() throws SQLException {
    inserts.rollback();
    streams.clear();
    recent.clear();
    written = new ArrayList<>();
    load();
    indexer.afterRollback(lastPosition);
  }

  long lastPosition() {
    return lastPosition;
  }

  /** Where the newest of the committed events stand. */
  RecentIndex committed() {
    return indexer.recent().endingAt(lastPosition);
  }

  /** A stream as of now; only for what is decided next. */
  StreamInfo stream(String name) throws SQLException {
    StreamInfo known = streams.get(name);
    return known != null ? known : keep(view.stream(name));
  }

  /** Where one of the newest ids stands in a stream; null if it is not among them. */
  @Nullable Long revision(StreamInfo stream, UUID id) {
    return recent.revision(stream.id(), id);
  }

  @Nullable LogEvent event(StreamInfo stream, long revision) throws SQLException {
    return view.event(stream.id(), stream.name(), revision);
  }

  @Nullable LogEvent lastEvent(String stream) throws SQLException {
    return view.lastEvent(stream);
  }

  /** Appends events to a stream, and answers what it is then. */
  StreamInfo insert(StreamInfo stream, List<NewEvent> events) throws SQLException {
    long id = streamId(stream);
    long revision = stream.lastRevision();
    for (NewEvent event : events) {
      insert(stream, ++revision, event, id);
      recent.add(id, event.id(), revision);
    }
    return keep(
        new StreamInfo(
            stream.name(),
            id,
            revision,
            stream.tombstoned(),
            stream.closed(),
            stream.hasMetadata(),
            stream.metadata()));
  }

  /** Puts a tombstone behind all that a stream will ever have. */
  void tombstone(StreamInfo stream) throws SQLException {
    insert(stream, LogEvent.TOMBSTONE_REVISION, NewEvent.tombstone(), streamId(stream));
    streams.remove(stream.name());
    streams.remove(StreamNames.metastreamOf(stream.name()));
    if (StreamNames.isMetastream(stream.name())) {
      streams.remove(StreamNames.describedBy(stream.name()));
    }
  }

  /** Takes over what the last event of a stream's metastream says. */
  void describe(StreamInfo stream, NewEvent metadata) {
    StreamMetadata parsed =
        StreamNames.isMetastream(stream.name())
            ? StreamMetadata.OF_METASTREAM
            : StreamMetadata.parse(metadata.json(), metadata.data());
    keep(
        new StreamInfo(
            stream.name(),
            stream.id(),
            stream.lastRevision(),
            stream.tombstoned(),
            stream.closed(),
            true,
            parsed));
  }

  private void insert(StreamInfo stream, long revision, NewEvent event, long streamId)
      throws SQLException {
    LogEvent stored =
        new LogEvent(
            nextPosition,
            stream.name(),
            revision,
            event.id(),
            event.type(),
            event.json(),
            Ticks.of(clock.instant()),
            event.data(),
            event.metadata());
    inserts.event(streamId, stored);
    indexer.add(new Place(streamId, revision, stored.position()));
    written.add(stored);
    lastPosition = stored.position();
    nextPosition += stored.size();
  }

  private long streamId(StreamInfo stream) throws SQLException {
    if (stream.id() != 0) {
      return stream.id();
    }
    inserts.stream(nextStreamId, stream.name());
    return nextStreamId++;
  }

  private StreamInfo keep(StreamInfo stream) {
    if (stream.name().length() + stream.metadata().size() <= LARGEST_KEPT_STREAM) {
      streams.put(stream.name(), stream);
    } else {
      streams.remove(stream.name());
    }
    return stream;
  }
}
