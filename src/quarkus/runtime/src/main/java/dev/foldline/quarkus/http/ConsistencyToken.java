package dev.foldline.quarkus.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.core.Invalid;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/**
 * What a caller has seen of a stream, as headers say it: {@code account-a-1@7}.
 *
 * <p>Bytes of the stream's name that a header can't hold are percent-encoded.
 *
 * @param revision of the last event seen
 */
record ConsistencyToken(String stream, long revision) {

  static final String HEADER = "Consistency-Token";

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  /**
   * Reads the token of a header.
   *
   * @throws Invalid if it is none
   */
  static ConsistencyToken parse(String text) {
    int at = text.lastIndexOf('@');
    String revision = text.substring(at + 1);
    if (at < 1 || !revision.matches("[0-9]{1,18}")) {
      throw malformed();
    }
    return new ConsistencyToken(decode(text.substring(0, at)), Long.parseLong(revision));
  }

  private static Invalid malformed() {
    return new Invalid(HEADER, HEADER + " must be one that an answer gave, such as account-a-1@7");
  }

  private static String decode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      for (int i = 0; i < text.length(); i++) {
        if (text.charAt(i) == '%') {
          bytes.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
          i += 2;
        } else {
          bytes.write(text.charAt(i));
        }
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw malformed();
    }
    return bytes.toString(UTF_8);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (byte each : stream.getBytes(UTF_8)) {
      if (each <= ' ' || each == '%' || each == 0x7F) {
        HEX.toHexDigits(text.append('%'), each);
      } else {
        text.append((char) each);
      }
    }
    return text.append('@').append(revision).toString();
  }
}
