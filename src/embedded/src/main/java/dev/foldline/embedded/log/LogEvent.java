package dev.foldline.embedded.log;

import com.google.protobuf.ByteString;
import java.util.UUID;

/**
 * A committed event.
 *
 * @param position of the event in the log; grows like a byte offset, with gaps
 * @param created in 100-nanosecond ticks since the Unix epoch
 */
public record LogEvent(
    long position,
    String stream,
    long revision,
    UUID id,
    String type,
    boolean json,
    long created,
    ByteString data,
    ByteString metadata) {

  /** The revision of a tombstone. */
  public static final long TOMBSTONE_REVISION = Long.MAX_VALUE;

  public static final String LINK_TYPE = "$>";
  public static final String METADATA_TYPE = "$metadata";
  public static final String TOMBSTONE_TYPE = "$streamDeleted";

  private static final int OVERHEAD = 64;

  /** Whether readers of $all see it: the bookkeeping of groups on $all itself is left out. */
  public boolean inAll() {
    return !StreamNames.isHiddenFromAll(stream);
  }

  public boolean isLink() {
    return type.equals(LINK_TYPE);
  }

  /**
   * Roughly the bytes that the event occupies; the distance to the next event's position, and never
   * less than 2.
   */
  int size() {
    return OVERHEAD + stream.length() + type.length() + data.size() + metadata.size();
  }
}
