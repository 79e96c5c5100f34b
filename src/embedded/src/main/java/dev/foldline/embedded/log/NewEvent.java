package dev.foldline.embedded.log;

import com.google.protobuf.ByteString;
import java.util.UUID;

/** An event to be appended. */
public record NewEvent(UUID id, String type, boolean json, ByteString data, ByteString metadata) {
  private static final int OVERHEAD = 256;

  /** An event of the server's own, with a fresh id. */
  public static NewEvent json(String type, String data) {
    return new NewEvent(
        UUID.randomUUID(), type, true, ByteString.copyFromUtf8(data), ByteString.EMPTY);
  }

  static NewEvent metadata(ByteString data) {
    return new NewEvent(UUID.randomUUID(), LogEvent.METADATA_TYPE, true, data, ByteString.EMPTY);
  }

  static NewEvent tombstone() {
    return new NewEvent(
        UUID.randomUUID(), LogEvent.TOMBSTONE_TYPE, false, ByteString.EMPTY, ByteString.EMPTY);
  }

  /** A link to an event, as the system writes it: not JSON, its target as text. */
  public static NewEvent link(long revision, String stream, String metadata) {
    return link(
        ByteString.copyFromUtf8(revision + "@").concat(StreamNames.encode(stream)), metadata);
  }

  /** A link whose target is given as bytes. */
  public static NewEvent link(ByteString target, String metadata) {
    return new NewEvent(
        UUID.randomUUID(), LogEvent.LINK_TYPE, false, target, ByteString.copyFromUtf8(metadata));
  }

  /** The same link as an earlier one, with a fresh id. */
  public static NewEvent link(ByteString target, ByteString metadata) {
    return new NewEvent(UUID.randomUUID(), LogEvent.LINK_TYPE, false, target, metadata);
  }

  /** What the event counts towards the maximum size of an append, in bytes. */
  public int size() {
    return data.size() + metadata.size() + 2 * type.length();
  }

  /** About how many bytes of memory the event occupies. */
  public int footprint() {
    return OVERHEAD + size();
  }
}
