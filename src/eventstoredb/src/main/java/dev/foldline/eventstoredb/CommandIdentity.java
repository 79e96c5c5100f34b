package dev.foldline.eventstoredb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * By what a command is known when it comes again.
 *
 * @param key the caller's, or one of this call alone
 * @param ordinal which command of its call on its stream it is, from 0
 * @param request what the caller asked; null for a key of this call alone
 */
record CommandIdentity(String key, int ordinal, @Nullable KeyedRequest request) {

  private static final UUID NAMESPACE = UUID.fromString("6f6c646c-696e-5520-8165-76656e747321");

  /** The identity of a call that has no key. */
  static CommandIdentity ofThisCall() {
    return new CommandIdentity(UUID.randomUUID().toString(), 0, null);
  }

  /** The identity of a command that a request with a key leads to. */
  static CommandIdentity of(KeyedRequest request, int ordinal) {
    return new CommandIdentity(request.key(), ordinal, request);
  }

  /** Whether the key is the caller's, so that it is written beside the events. */
  boolean isCallers() {
    return request != null;
  }

  /** What was asked, as it is stored; empty for a key of this call alone. */
  String mac() {
    return request == null ? "" : request.mac();
  }

  /** Whether a command under the same key was asked for by something else. */
  boolean differsFrom(RecentKeys.Entry before) {
    return request != null && !request.mayBe(before.request());
  }

  /**
   * The id of an event of the command: a UUID of version 5 over all that makes it that event. The
   * store takes an append of ids that it has for a repeat, so what is decided otherwise must have
   * others.
   *
   * @param index which one of the command's
   */
  UUID eventId(String stream, int index, String type, byte[] data) {
    MessageDigest hash = sha1();
    hash.update(bytes(NAMESPACE));
    String name = String.join("\n", stream, key, mac(), "" + ordinal, "" + index, type, "");
    hash.update(name.getBytes(UTF_8));
    ByteBuffer bits = ByteBuffer.wrap(hash.digest(data));
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

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-1", e);
    }
  }
}
