package dev.foldline.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ListReq;
import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.TombstoneReq;
import com.google.protobuf.ByteString;
import dev.foldline.core.StoredEvent;
import java.util.UUID;

/** Messages to an event store of what applications leave alone, and operators do. */
public final class StoreRequests {

  private static final Shared.Empty EMPTY = Shared.Empty.getDefaultInstance();

  private StoreRequests() {}

  /** Deletes a stream, which may begin anew. */
  public static DeleteReq delete(String stream) {
    return DeleteReq.newBuilder()
        .setOptions(
            DeleteReq.Options.newBuilder().setStreamIdentifier(identifier(stream)).setAny(EMPTY))
        .build();
  }

  /** Deletes a stream for good. */
  public static TombstoneReq tombstone(String stream) {
    return TombstoneReq.newBuilder()
        .setOptions(
            TombstoneReq.Options.newBuilder().setStreamIdentifier(identifier(stream)).setAny(EMPTY))
        .build();
  }

  /** Asks for all groups of persistent subscriptions. */
  public static ListReq groups() {
    return ListReq.newBuilder()
        .setOptions(ListReq.Options.newBuilder().setListAllSubscriptions(EMPTY))
        .build();
  }

  /**
   * What to append to {@code $$stream}, so that the stream keeps only part of its events, or denies
   * access to them.
   *
   * @param json such as {@code {"$tb":1}}
   */
  public static StoredEvent metadata(String json) {
    return new StoredEvent(UUID.randomUUID(), "$metadata", json.getBytes(UTF_8), new byte[0]);
  }

  /**
   * What to append to a stream, so that it holds a mark.
   *
   * @param begins whether it is the first event of the stream
   */
  public static StoredEvent mark(boolean begins) {
    String metadata =
        "{\"foldline\":1,\"effectKey\":\"%s\"%s}"
            .formatted(UUID.randomUUID(), begins ? ",\"streamBegins\":true" : "");
    return new StoredEvent(
        UUID.randomUUID(),
        StoredEvent.MARK,
        "{\"format\":1,\"refused\":\"too-late\"}".getBytes(UTF_8),
        metadata.getBytes(UTF_8));
  }

  private static Shared.StreamIdentifier identifier(String stream) {
    return Shared.StreamIdentifier.newBuilder()
        .setStreamName(ByteString.copyFromUtf8(stream))
        .build();
  }
}
