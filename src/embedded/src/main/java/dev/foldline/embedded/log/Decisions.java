package dev.foldline.embedded.log;

import com.google.protobuf.ByteString;
import dev.foldline.embedded.log.EventLog.Addition;
import dev.foldline.embedded.log.WriteResult.StreamDeleted;
import dev.foldline.embedded.log.WriteResult.Written;
import dev.foldline.embedded.log.WriteResult.WrongExpectedRevision;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Decides writes one after the other, each against everything decided before it, and inserts what
 * is accepted: the expected-revision matrix, idempotency, re-creation and deletion (contract 2.4 to
 * 2.6, 5). Confined to the writer.
 */
final class Decisions {
  private static final int KEPT_STREAMS = 65_536;
  private static final int LARGEST_KEPT_STREAM = 512;

  private final Selects selects;
  private final Inserts inserts;
  private final Indexer indexer;
  private final long firstPosition;
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
   */
  Decisions(Selects selects, Inserts inserts, int generation, long firstPosition)
      throws SQLException {
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

  WriteResult append(String name, ExpectedRevision expected, List<NewEvent> events)
      throws SQLException {
    StreamInfo stream = stream(name);
    if (stream.closed()) {
      return new StreamDeleted();
    }
    if (expected.isStreamExists() && stream.isSoftDeleted()) {
      return new StreamDeleted();
    }
    if (expected.isStreamExists() && stream.lastRevision() < 0 && !stream.hasMetadata()) {
      return wrong(stream);
    }
    if (expected.isAny() || expected.isStreamExists()) {
      return events.isEmpty() ? writeNothing(stream) : appendUnlessKnown(stream, events);
    }
    if (expected.value() == stream.lastRevision()) {
      return events.isEmpty() ? writeNothing(stream) : write(stream, events);
    }
    return expected.value() > stream.lastRevision() || events.isEmpty()
        ? wrong(stream)
        : repeat(stream, expected, events);
  }

  /** Any revision will do: a repeated request is known by its ids alone. */
  private WriteResult appendUnlessKnown(StreamInfo stream, List<NewEvent> events)
      throws SQLException {
    Long revision = recent.revision(stream.id(), events.getFirst().id());
    if (revision == null) {
      return write(stream, events);
    }
    for (NewEvent event : events) {
      revision = recent.revision(stream.id(), event.id());
      if (revision == null) {
        return wrong(stream);
      }
    }
    return repeated(stream, revision);
  }

  /** The stream has moved on from the expected revision: maybe by this very request. */
  private WriteResult repeat(StreamInfo stream, ExpectedRevision expected, List<NewEvent> events)
      throws SQLException {
    long revision = expected.value();
    for (NewEvent event : events) {
      LogEvent stored = view.event(stream.id(), stream.name(), revision + 1);
      if (stored == null || !stored.id().equals(event.id())) {
        boolean first = revision == expected.value();
        return first && expected.isNoStream() && stream.isSoftDeleted()
            ? write(stream, events)
            : wrong(stream);
      }
      revision++;
    }
    return repeated(stream, revision);
  }

  private WriteResult repeated(StreamInfo stream, long revision) throws SQLException {
    LogEvent event = view.event(stream.id(), stream.name(), revision);
    return event != null && stream.isReadable(revision, event.created())
        ? new Written(revision, OptionalLong.of(event.position()))
        : new Written(revision, OptionalLong.empty());
  }

  /** An empty append still undeletes; its position lies between the last event and the next. */
  private WriteResult writeNothing(StreamInfo stream) throws SQLException {
    recreate(stream, stream.lastRevision());
    return new Written(stream.lastRevision(), OptionalLong.of(lastPosition + 1));
  }

  private WriteResult write(StreamInfo stream, List<NewEvent> events) throws SQLException {
    if (StreamNames.isMetastream(stream.name())) {
      StreamInfo described = stream(StreamNames.describedBy(stream.name()));
      Written result = written(insert(stream, events));
      describe(described, events.getLast());
      if (described.isSoftDeleted() && !described.tombstoned()) {
        NewEvent metadata = events.getLast();
        truncate(described, metadata.json(), metadata.data(), described.lastRevision() + 1);
      }
      return result;
    }
    Written result = written(insert(stream, events));
    recreate(stream, stream.lastRevision());
    return result;
  }

  private Written written(StreamInfo stream) {
    return new Written(stream.lastRevision(), OptionalLong.of(lastPosition));
  }

  /** A soft-deleted stream comes back without the events that it had when it was deleted. */
  private void recreate(StreamInfo stream, long deletedRevision) throws SQLException {
    if (stream.isSoftDeleted()) {
      LogEvent metadata = view.lastEvent(StreamNames.metastreamOf(stream.name()));
      if (metadata != null) {
        truncate(stream, metadata.json(), metadata.data(), deletedRevision + 1);
      }
    }
  }

  /** Writes the metadata again with a {@code $tb}, if it is a JSON object. */
  private void truncate(StreamInfo stream, boolean json, ByteString metadata, long revision)
      throws SQLException {
    ByteString truncated = StreamMetadata.withTruncateBefore(json, metadata, revision);
    if (truncated != null) {
      NewEvent event = NewEvent.metadata(truncated);
      insert(stream(StreamNames.metastreamOf(stream.name())), List.of(event));
      describe(stream(stream.name()), event);
    }
  }

  /** Takes over what the last event of a stream's metastream says. */
  private void describe(StreamInfo stream, NewEvent metadata) {
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

  WriteResult appendAll(List<Addition> additions) throws SQLException {
    for (Addition addition : additions) {
      append(addition.stream(), ExpectedRevision.ANY, List.of(addition.event()));
    }
    return new Written(-1, OptionalLong.of(lastPosition));
  }

  WriteResult delete(String name, ExpectedRevision expected) throws SQLException {
    StreamInfo stream = stream(name);
    StreamInfo metastream = stream(StreamNames.metastreamOf(name));
    if (metastream.tombstoned()) {
      return new StreamDeleted();
    }
    boolean absent = stream.lastRevision() < 0 && !stream.hasMetadata() && !stream.tombstoned();
    WriteResult refusal = absent ? wrong(stream) : refuseDeletion(stream, expected);
    if (refusal != null) {
      return refusal;
    }
    NewEvent event = NewEvent.metadata(ByteString.copyFromUtf8(StreamMetadata.SOFT_DELETED));
    insert(metastream, List.of(event));
    describe(stream, event);
    return written(stream);
  }

  WriteResult tombstone(String name, ExpectedRevision expected) throws SQLException {
    StreamInfo stream = stream(name);
    WriteResult refusal = refuseDeletion(stream, expected);
    if (refusal != null) {
      return refusal;
    }
    insert(stream, LogEvent.TOMBSTONE_REVISION, NewEvent.tombstone(), streamId(stream));
    streams.remove(name);
    streams.remove(StreamNames.metastreamOf(name));
    if (StreamNames.isMetastream(name)) {
      streams.remove(StreamNames.describedBy(name));
    }
    return written(stream);
  }

  private static @Nullable WriteResult refuseDeletion(
      StreamInfo stream, ExpectedRevision expected) {
    if (stream.tombstoned() || (stream.isSoftDeleted() && expected.isStreamExists())) {
      return new StreamDeleted();
    }
    boolean present = stream.lastRevision() >= 0 && !stream.isSoftDeleted();
    boolean asExpected =
        expected.isAny()
            || (expected.isNoStream() && !present)
            || (expected.isStreamExists() && (present || stream.hasMetadata()))
            || expected.value() == stream.lastRevision();
    return asExpected ? null : wrong(stream);
  }

  private static WriteResult wrong(StreamInfo stream) {
    return new WrongExpectedRevision(stream.lastRevision());
  }

  private StreamInfo insert(StreamInfo stream, List<NewEvent> events) throws SQLException {
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
            Ticks.now(),
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

  private StreamInfo stream(String name) throws SQLException {
    StreamInfo known = streams.get(name);
    return known != null ? known : keep(view.stream(name));
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
