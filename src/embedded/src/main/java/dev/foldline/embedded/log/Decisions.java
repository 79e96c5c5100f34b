package dev.foldline.embedded.log;

import com.google.protobuf.ByteString;
import dev.foldline.embedded.log.EventLog.Addition;
import dev.foldline.embedded.log.WriteResult.StreamDeleted;
import dev.foldline.embedded.log.WriteResult.Written;
import dev.foldline.embedded.log.WriteResult.WrongExpectedRevision;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Decides writes one after the other, each against everything decided before it, and inserts what
 * is accepted: the expected-revision matrix, idempotency, re-creation and deletion (contract 2.4 to
 * 2.6, 5). Confined to the writer.
 */
final class Decisions {
  private final LogHead head;

  Decisions(LogHead head) {
    this.head = head;
  }

  WriteResult append(String name, ExpectedRevision expected, List<NewEvent> events)
      throws SQLException {
    StreamInfo stream = head.stream(name);
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
    Long revision = head.revision(stream, events.getFirst().id());
    if (revision == null) {
      return write(stream, events);
    }
    for (NewEvent event : events) {
      revision = head.revision(stream, event.id());
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
      LogEvent stored = head.event(stream, revision + 1);
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
    LogEvent event = head.event(stream, revision);
    return event != null && stream.isReadable(revision, event.created())
        ? new Written(revision, OptionalLong.of(event.position()))
        : new Written(revision, OptionalLong.empty());
  }

  /** An empty append still undeletes; its position lies between the last event and the next. */
  private WriteResult writeNothing(StreamInfo stream) throws SQLException {
    recreate(stream, stream.lastRevision());
    return new Written(stream.lastRevision(), OptionalLong.of(head.lastPosition() + 1));
  }

  private WriteResult write(StreamInfo stream, List<NewEvent> events) throws SQLException {
    if (StreamNames.isMetastream(stream.name())) {
      StreamInfo described = head.stream(StreamNames.describedBy(stream.name()));
      Written result = written(head.insert(stream, events));
      head.describe(described, events.getLast());
      if (described.isSoftDeleted() && !described.tombstoned()) {
        NewEvent metadata = events.getLast();
        truncate(described, metadata.json(), metadata.data(), described.lastRevision() + 1);
      }
      return result;
    }
    Written result = written(head.insert(stream, events));
    recreate(stream, stream.lastRevision());
    return result;
  }

  private Written written(StreamInfo stream) {
    return new Written(stream.lastRevision(), OptionalLong.of(head.lastPosition()));
  }

  /** A soft-deleted stream comes back without the events that it had when it was deleted. */
  private void recreate(StreamInfo stream, long deletedRevision) throws SQLException {
    if (stream.isSoftDeleted()) {
      LogEvent metadata = head.lastEvent(StreamNames.metastreamOf(stream.name()));
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
      head.insert(head.stream(StreamNames.metastreamOf(stream.name())), List.of(event));
      head.describe(head.stream(stream.name()), event);
    }
  }

  WriteResult appendAll(List<Addition> additions) throws SQLException {
    for (Addition addition : additions) {
      append(addition.stream(), ExpectedRevision.ANY, List.of(addition.event()));
    }
    return new Written(-1, OptionalLong.of(head.lastPosition()));
  }

  WriteResult delete(String name, ExpectedRevision expected) throws SQLException {
    StreamInfo stream = head.stream(name);
    StreamInfo metastream = head.stream(StreamNames.metastreamOf(name));
    if (metastream.tombstoned()) {
      return new StreamDeleted();
    }
    boolean absent = stream.lastRevision() < 0 && !stream.hasMetadata() && !stream.tombstoned();
    WriteResult refusal = absent ? wrong(stream) : refuseDeletion(stream, expected);
    if (refusal != null) {
      return refusal;
    }
    NewEvent event = NewEvent.metadata(ByteString.copyFromUtf8(StreamMetadata.SOFT_DELETED));
    head.insert(metastream, List.of(event));
    head.describe(stream, event);
    return written(stream);
  }

  WriteResult tombstone(String name, ExpectedRevision expected) throws SQLException {
    StreamInfo stream = head.stream(name);
    WriteResult refusal = refuseDeletion(stream, expected);
    if (refusal != null) {
      return refusal;
    }
    head.tombstone(stream);
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
}
