package dev.foldline.embedded.log;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/**
 * Stream names as strings, without losing a byte: on the wire a name is any bytes, so a byte that
 * is not UTF-8 becomes the lone surrogate U+DC00 + byte, which no UTF-8 text can contain (the
 * "surrogateescape" of Python).
 */
public final class StreamNames {
  /** The name that stands for the whole log; no stream can be called so. */
  public static final String ALL = "$all";

  private static final String METASTREAM = "$$";
  private static final String HIDDEN = "$persistentsubscription-$all::";
  private static final char ESCAPE = '\uDC00';

  private StreamNames() {}

  public static String decode(ByteString bytes) {
    return bytes.isValidUtf8()
        ? bytes.toStringUtf8()
        : decodeEscaping(bytes.asReadOnlyByteBuffer());
  }

  public static ByteString encode(String name) {
    return hasEscape(name) ? encodeEscaped(name) : ByteString.copyFromUtf8(name);
  }

  public static boolean isMetastream(String name) {
    return name.startsWith(METASTREAM);
  }

  public static String metastreamOf(String stream) {
    return METASTREAM + stream;
  }

  /** The stream that a metastream describes. */
  public static String describedBy(String metastream) {
    return metastream.substring(METASTREAM.length());
  }

  public static boolean isSystem(String name) {
    return name.startsWith("$");
  }

  /**
   * Whether events of this stream are left out of $all: the bookkeeping of groups on $all itself.
   */
  public static boolean isHiddenFromAll(String name) {
    return name.startsWith(HIDDEN);
  }

  private static String decodeEscaping(ByteBuffer in) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer out = CharBuffer.allocate(in.remaining());
    while (in.hasRemaining()) {
      var result = decoder.decode(in, out, true);
      for (int i = 0; result.isError() && i < result.length(); i++) {
        out.put((char) (ESCAPE + (in.get() & 0xFF)));
      }
      decoder.reset();
    }
    return out.flip().toString();
  }

  private static boolean hasEscape(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (isEscape(name, i)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isEscape(String name, int at) {
    char c = name.charAt(at);
    return c >= ESCAPE
        && c <= ESCAPE + 0xFF
        && (at == 0 || !Character.isHighSurrogate(name.charAt(at - 1)));
  }

  private static ByteString encodeEscaped(String name) {
    var out = new ByteArrayOutputStream(name.length());
    int from = 0;
    for (int i = 0; i < name.length(); i++) {
      if (isEscape(name, i)) {
        out.writeBytes(name.substring(from, i).getBytes(StandardCharsets.UTF_8));
        out.write(name.charAt(i) - ESCAPE);
        from = i + 1;
      }
    }
    out.writeBytes(name.substring(from).getBytes(StandardCharsets.UTF_8));
    return ByteString.copyFrom(out.toByteArray());
  }
}
