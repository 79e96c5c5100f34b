package dev.foldline.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** Ids that are made of a name, UUIDs of version 5: the same wherever and whenever it is. */
public final class NamedId {

  private static final UUID NAMESPACE = UUID.fromString("6f6c646c-696e-5520-8165-76656e747321");

  private NamedId() {}

  /**
   * The id that has a name.
   *
   * @param parts that make the name, in their order
   */
  public static UUID of(String... parts) {
    return of(new byte[0], parts);
  }

  /** The id that has a name which ends with bytes. */
  public static UUID of(byte[] end, String... parts) {
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-1");
      hash.update(
          ByteBuffer.allocate(16)
              .putLong(NAMESPACE.getMostSignificantBits())
              .putLong(NAMESPACE.getLeastSignificantBits())
              .flip());
      hash.update(String.join("\n", parts).getBytes(UTF_8));
      ByteBuffer bits = ByteBuffer.wrap(hash.digest(end));
      return new UUID(
          (bits.getLong() & 0xffff_ffff_ffff_0fffL) | 0x5000,
          (bits.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-1", e);
    }
  }
}
