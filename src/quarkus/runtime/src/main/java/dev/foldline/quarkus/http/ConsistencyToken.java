package dev.foldline.quarkus.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.core.Invalid;
import dev.foldline.core.Receipt;
import dev.foldline.core.StreamName;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What a caller has seen of a stream, as headers say it: {@code account-a-1@7}.
 *
 * <p>Bytes of the stream's name that a header can't hold are percent-encoded.
 *
 * @param revision of the last event seen
 */
record ConsistencyToken(String stream, long revision) {

  static final String HEADER = "Consistency-Token";

  /** As many digits as are read again: more than any event's, fewer than a tombstone's. */
  private static final long MOST = 999_999_999_999_999_999L;

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  /**
   * What an answer tells; none of what no query could be sent: a stream that is no aggregate's, or
   * was deleted for good.
   */
  static Optional<ConsistencyToken> of(String stream, long revision) {
    return StreamName.isOne(stream) && revision >= 0 && revision <= MOST
        ? Optional.of(new ConsistencyToken(stream, revision))
        : Optional.empty();
  }

  /** Gives the answer of a command its token. */
  static void answer(HttpCall http, Receipt receipt) {
    of(receipt.stream(), receipt.revision())
        .ifPresent(token -> http.answer(HEADER, token.toString()));
  }

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
    return of(decode(text.substring(0, at)), Long.parseLong(revision))
        .orElseThrow(ConsistencyToken::malformed);
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
