package dev.foldline.eventstoredb.snapshots;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.core.commands.Handled;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/**
 * A stream's effects as a part of its snapshot: there are up to a thousand, in one that is saved
 * often.
 */
final class EffectsCodec {

  private static final int FIXED = 5 * Long.BYTES;

  private EffectsCodec() {}

  static String write(List<Handled> effects) {
    List<byte[]> codes = new ArrayList<>(effects.size());
    int size = 0;
    for (Handled effect : effects) {
      byte[] code = effect.refused().getBytes(UTF_8);
      codes.add(code);
      size += FIXED + code.length;
    }
    ByteBuffer bytes = ByteBuffer.allocate(size);
    for (int i = 0; i < effects.size(); i++) {
      Handled effect = effects.get(i);
      bytes
          .putLong(effect.key().getMostSignificantBits())
          .putLong(effect.key().getLeastSignificantBits())
          .putLong(effect.revision())
          .putLong(effect.position())
          .putInt(effect.digest())
          .putInt(codes.get(i).length)
          .put(codes.get(i));
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  /**
   * @throws IllegalArgumentException if it is corrupt
   */
  static List<Handled> read(String written) {
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(written));
    List<Handled> effects = new ArrayList<>();
    try {
      while (bytes.hasRemaining()) {
        UUID key = new UUID(bytes.getLong(), bytes.getLong());
        long revision = bytes.getLong();
        long position = bytes.getLong();
        int digest = bytes.getInt();
        effects.add(new Handled(key, code(bytes), revision, position, digest));
      }
      return effects;
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("the snapshot's effects are corrupt", e);
    }
  }

  private static String code(ByteBuffer bytes) {
    int length = bytes.getInt();
    String code = UTF_8.decode(bytes.slice(bytes.position(), length)).toString();
    bytes.position(bytes.position() + length);
    return code;
  }
}
