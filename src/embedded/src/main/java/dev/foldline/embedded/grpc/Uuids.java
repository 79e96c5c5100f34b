package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.shared.Shared;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The protocol's two forms of a UUID. */
public final class Uuids {
  private static final Pattern TEXT =
      Pattern.compile(
          "([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})",
          Pattern.CASE_INSENSITIVE);
  private static final UUID ZERO = new UUID(0, 0);

  private Uuids() {}

  /** The id, whatever its form; null if it is missing, malformed or all zero. */
  public static @Nullable UUID parse(Shared.UUID id) {
    UUID uuid =
        switch (id.getValueCase()) {
          case STRUCTURED ->
              new UUID(
                  id.getStructured().getMostSignificantBits(),
                  id.getStructured().getLeastSignificantBits());
          case STRING -> parse(id.getString());
          case VALUE_NOT_SET -> null;
        };
    return ZERO.equals(uuid) ? null : uuid;
  }

  private static @Nullable UUID parse(String text) {
    var matcher = TEXT.matcher(text);
    return matcher.matches() ? UUID.fromString(matcher.replaceFirst("$1-$2-$3-$4-$5")) : null;
  }

  public static Shared.UUID toProto(UUID id, boolean structured) {
    var proto = Shared.UUID.newBuilder();
    if (structured) {
      proto
          .getStructuredBuilder()
          .setMostSignificantBits(id.getMostSignificantBits())
          .setLeastSignificantBits(id.getLeastSignificantBits());
    } else {
      proto.setString(id.toString());
    }
    return proto.build();
  }
}
