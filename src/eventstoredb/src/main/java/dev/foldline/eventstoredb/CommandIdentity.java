package dev.foldline.eventstoredb;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;

/**
 * By what a command is known when it comes again.
 *
 * @param key the caller's, or one of this call alone
 * @param request the hash of what is asked, 128 bits as URL-safe Base64; empty for a key of this
 *     call alone
 */
record CommandIdentity(String key, String request) {

  private static final UUID NAMESPACE = UUID.fromString("6f6c646c-696e-5520-8165-76656e747321");

  /** The identity of a call that has no key. */
  static CommandIdentity ofThisCall() {
    return new CommandIdentity(UUID.randomUUID().toString(), "");
  }

  /** The identity of a command with a key of its caller's. */
  static CommandIdentity of(String key, Object command) {
    try {
      MessageDigest hash = digest("SHA-256");
      hash.update(command.getClass().getSimpleName().getBytes(UTF_8));
      hash.update(Json.MAPPER.writeValueAsBytes(command));
      byte[] half = Arrays.copyOf(hash.digest(), 16);
      return new CommandIdentity(key, Base64.getUrlEncoder().withoutPadding().encodeToString(half));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(command.getClass().getName() + " is no JSON", e);
    }
  }

  /** Whether the key is the caller's, so that it is written beside the events. */
  boolean isCallers() {
    return !request.isEmpty();
  }

  /** The id of the command's event with this index: a UUID of version 5. */
  UUID eventId(String stream, int index) {
    MessageDigest hash = digest("SHA-1");
    hash.update(bytes(NAMESPACE));
    hash.update(String.join("\n", stream, key, request, "" + index).getBytes(UTF_8));
    ByteBuffer bits = ByteBuffer.wrap(hash.digest());
    return new UUID(
        (bits.getLong() & 0xffff_ffff_ffff_0fffL) | 0x5000,
        (bits.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L);
  }

  private static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has " + algorithm, e);
    }
  }
}
