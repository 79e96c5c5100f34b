package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.shared.Shared;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The protocol's two forms of a UUID. */
public final class Uuids {
  private static final int DIGITS = 32;
  private static final int DIGIT_BITS = 4;
  private static final Set<Integer> GROUP_ENDS = Set.of(8, 12, 16, 20);
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

  /** Of 32 hexadecimal digits; each of the dashes between its groups may be missing. */
  private static @Nullable UUID parse(String text) {
    long high = 0;
    long low = 0;
    int at = 0;
    for (int digits = 0; digits < DIGITS; digits++) {
      if (at < text.length() && text.charAt(at) == '-' && GROUP_ENDS.contains(digits)) {
        at++;
      }
      if (at == text.length() || !HexFormat.isHexDigit(text.charAt(at))) {
        return null;
      }
      high = (high << DIGIT_BITS) | (low >>> (Long.SIZE - DIGIT_BITS));
      low = (low << DIGIT_BITS) | HexFormat.fromHexDigit(text.charAt(at));
      at++;
    }
    return at == text.length() ? new UUID(high, low) : null;
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
