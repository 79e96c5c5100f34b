package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.proto.shared.Shared;
import com.google.protobuf.ByteString;
import java.util.UUID;

/** What streams and events are known by, as the protocol has it. */
public final class WireNames {

  private WireNames() {}

  /** A stream's name. */
  public static Shared.StreamIdentifier of(String stream) {
    return Shared.StreamIdentifier.newBuilder()
        .setStreamName(ByteString.copyFromUtf8(stream))
        .build();
  }

  /** An event's id. */
  public static Shared.UUID of(UUID id) {
    return Shared.UUID
        .newBuilder()
        .setStructured(
            Shared.UUID
                .Structured
                .newBuilder()
                .setMostSignificantBits(id.getMostSignificantBits())
                .setLeastSignificantBits(id.getLeastSignificantBits()))
        .build();
  }

  /** An event's id, in whichever of both forms it came. */
  static UUID toUuid(Shared.UUID id) {
    return id.hasStructured()
        ? new UUID(
            id.getStructured().getMostSignificantBits(),
            id.getStructured().getLeastSignificantBits())
        : UUID.fromString(id.getString());
  }
}
