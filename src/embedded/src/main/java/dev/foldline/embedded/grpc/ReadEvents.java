package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent;
import com.eventstore.dbclient.proto.shared.Shared.StreamIdentifier;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.ResolvedEvent;
import dev.foldline.embedded.log.StreamNames;

/** Events as the two reading services send them, with ids in the form that the reader asked for. */
public final class ReadEvents {
  private static final String TYPE = "type";
  private static final String CONTENT_TYPE = "content-type";
  private static final String CREATED = "created";

  private ReadEvents() {}

  /** As {@code Streams/Read} sends it. */
  public static ReadResp.ReadEvent forStreams(ResolvedEvent resolved, boolean structuredIds) {
    var read = ReadResp.ReadEvent.newBuilder().setCommitPosition(resolved.original().position());
    LogEvent event = resolved.event();
    if (event != null) {
      read.setEvent(recorded(event, structuredIds));
    }
    LogEvent link = resolved.link();
    if (link != null) {
      read.setLink(recorded(link, structuredIds));
    }
    return read.build();
  }

  private static ReadResp.ReadEvent.RecordedEvent recorded(LogEvent event, boolean structuredIds) {
    return ReadResp.ReadEvent.RecordedEvent.newBuilder()
        .setId(Uuids.toProto(event.id(), structuredIds))
        .setStreamIdentifier(identifier(event.stream()))
        .setStreamRevision(event.revision())
        .setPreparePosition(event.position())
        .setCommitPosition(event.position())
        .putMetadata(TYPE, event.type())
        .putMetadata(CONTENT_TYPE, contentType(event))
        .putMetadata(CREATED, Long.toString(event.created()))
        .setCustomMetadata(event.metadata())
        .setData(event.data())
        .build();
  }

  /**
   * As {@code PersistentSubscriptions/Read} sends it: event and link both carry the original's
   * position.
   */
  public static Persistent.ReadResp.ReadEvent forPersistentSubscriptions(
      ResolvedEvent resolved, boolean structuredIds, int retryCount) {
    long position = resolved.original().position();
    var read =
        Persistent.ReadResp.ReadEvent.newBuilder()
            .setCommitPosition(position)
            .setRetryCount(retryCount);
    LogEvent event = resolved.event();
    if (event != null) {
      read.setEvent(recorded(event, structuredIds, position));
    }
    LogEvent link = resolved.link();
    if (link != null) {
      read.setLink(recorded(link, structuredIds, position));
    }
    return read.build();
  }

  private static Persistent.ReadResp.ReadEvent.RecordedEvent recorded(
      LogEvent event, boolean structuredIds, long position) {
    return Persistent.ReadResp.ReadEvent.RecordedEvent.newBuilder()
        .setId(Uuids.toProto(event.id(), structuredIds))
        .setStreamIdentifier(identifier(event.stream()))
        .setStreamRevision(event.revision())
        .setPreparePosition(position)
        .setCommitPosition(position)
        .putMetadata(TYPE, event.type())
        .putMetadata(CONTENT_TYPE, contentType(event))
        .putMetadata(CREATED, Long.toString(event.created()))
        .setCustomMetadata(event.metadata())
        .setData(event.data())
        .build();
  }

  private static String contentType(LogEvent event) {
    return event.json() ? "application/json" : "application/octet-stream";
  }

  public static StreamIdentifier identifier(String stream) {
    return StreamIdentifier.newBuilder().setStreamName(StreamNames.encode(stream)).build();
  }
}
