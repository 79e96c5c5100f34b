package dev.foldline.bank;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;

/**
 * Bytes that somebody sends to the bank who means it ill, or can't do better: made by chance, the
 * same for the same seed. They are about accounts whose names begin with {@code hostile-}.
 *
 * @param kind one word for people
 * @param bytes what is sent on one connection
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares or changes them
record HostileRequest(String kind, byte[] bytes, End end) {

  /** How the bytes end. */
  enum End {
    /** Where a request ends: an answer is due, and what comes behind is another request. */
    WHOLE,
    /** Somewhere: the server may answer, wait for more, or give up. */
    UNSURE,
    /** In the middle: the connection is closed behind them. */
    CUT_OFF
  }

  private static final List<String> COMMANDS =
      List.of("open-account", "deposit", "withdraw", "close-account");

  private static final List<String> QUERIES =
      List.of("account", "account-history", "largest-accounts", "bank-totals");

  static HostileRequest of(long seed) {
    return new Generator(new SplittableRandom(seed)).request();
  }

  /** The bytes as text, for people. */
  String shown() {
    StringBuilder text = new StringBuilder(kind).append(", ").append(end).append(":\n");
    for (byte each : bytes) {
      char c = (char) (each & 0xff);
      text.append(c == '\n' || (c >= ' ' && c <= '~') ? "" + c : "\\x%02x".formatted((int) c));
    }
    return text.length() < 4_000 ? text.toString() : text.substring(0, 4_000) + "…";
  }

  /** Makes one request by chance. */
  private record Generator(SplittableRandom random) {

    HostileRequest request() {
      return switch (random.nextInt(12)) {
        case 0, 1 -> whole("malformed JSON", post(command(), json(), mutated(body())));
        case 2, 3 -> whole("wrong types", post(command(), json(), strange().getBytes(UTF_8)));
        case 4 -> whole("content types", post(command(), contentType(), encoded(body())));
        case 5 ->
            whole(
                "headers",
                post(command(), json() + headers(HostileWords.HEADERS), body().getBytes(UTF_8)));
        case 6 ->
            whole(
                "queries",
                line("GET", "/" + pick(QUERIES) + "?" + pick(HostileWords.QUERY_STRINGS)));
        case 7 -> whole("methods and paths", line(pick(HostileWords.METHODS), path()));
        case 8 -> broken();
        case 9 -> sizes();
        case 10 -> pipelined();
        default -> cutOff();
      };
    }

    private <T> T pick(List<T> from) {
      return from.get(random.nextInt(from.size()));
    }

    private boolean oneIn(int n) {
      return random.nextInt(n) == 0;
    }

    private String account() {
      return "hostile-" + random.nextInt(20);
    }

    private String command() {
      return pick(COMMANDS);
    }

    private String path() {
      return oneIn(3) ? "/" + pick(oneIn(2) ? COMMANDS : QUERIES) : pick(HostileWords.PATHS);
    }

    private static HostileRequest whole(String kind, byte[] bytes) {
      return new HostileRequest(kind, bytes, End.WHOLE);
    }

    private static byte[] joined(byte[]... parts) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (byte[] part : parts) {
        all.writeBytes(part);
      }
      return all.toByteArray();
    }

    private static byte[] line(String method, String path) {
      return (method + " " + path + " HTTP/1.1\r\nHost: bank\r\n\r\n").getBytes(ISO_8859_1);
    }

    private static byte[] post(String function, String headers, byte[] body) {
      String head =
          "POST /%s HTTP/1.1\r\nHost: bank\r\n%sContent-Length: %d\r\n\r\n"
              .formatted(function, headers, body.length);
      return joined(head.getBytes(ISO_8859_1), body);
    }

    private static String json() {
      return "Content-Type: application/json\r\n";
    }

    private String contentType() {
      return oneIn(4) ? "" : "Content-Type: " + pick(HostileWords.CONTENT_TYPES) + "\r\n";
    }

    private String headers(List<String> from) {
      StringBuilder headers = new StringBuilder();
      int count = 1 + random.nextInt(oneIn(10) ? 60 : 3);
      for (int i = 0; i < count; i++) {
        headers.append(pick(from)).append("\r\n");
      }
      return headers.toString();
    }

    /** What the bank would take, or refuse for reasons of business. */
    private String body() {
      String amount = oneIn(2) ? ",\"cents\":" + random.nextLong(1, 1_000) : "";
      String owner = oneIn(3) ? ",\"owner\":\"Mallory\"" : "";
      return "{\"account\":\"" + account() + "\"" + amount + owner + "}";
    }

    /** Well-formed, but for some of its values. */
    private String strange() {
      if (oneIn(8)) {
        int depth = random.nextInt(1, 3_000);
        return "[".repeat(depth) + (oneIn(2) ? "]".repeat(depth) : "");
      } else if (oneIn(8)) {
        return pick(HostileWords.VALUES);
      }
      StringBuilder members = new StringBuilder("{");
      int count = random.nextInt(5);
      for (int i = 0; i < count; i++) {
        members.append(i == 0 ? "" : ",");
        members
            .append('"')
            .append(pick(HostileWords.NAMES))
            .append("\":")
            .append(pick(HostileWords.VALUES));
      }
      return members.append('}').toString();
    }

    private byte[] mutated(String text) {
      byte[] bytes = text.getBytes(UTF_8);
      int changes = random.nextInt(1, 5);
      for (int i = 0; i < changes && bytes.length > 0; i++) {
        int at = random.nextInt(bytes.length);
        byte[] head = Arrays.copyOf(bytes, at);
        byte[] tail = Arrays.copyOfRange(bytes, at, bytes.length);
        bytes =
            switch (random.nextInt(4)) {
              case 0 -> joined(head, new byte[] {(byte) random.nextInt(256)}, tail);
              case 1 -> joined(head, tail, tail);
              case 2 -> head;
              default -> {
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                yield bytes;
              }
            };
      }
      return bytes;
    }

    private byte[] encoded(String text) {
      return switch (random.nextInt(5)) {
        case 0 -> text.getBytes(UTF_16);
        case 1 -> gzipped(text.getBytes(UTF_8));
        case 2 -> joined(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf}, text.getBytes(UTF_8));
        case 3 ->
            "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n"
                .getBytes(UTF_8);
        default -> text.getBytes(UTF_8);
      };
    }

    private static byte[] gzipped(byte[] bytes) {
      ByteArrayOutputStream zipped = new ByteArrayOutputStream();
      try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
        out.write(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return zipped.toByteArray();
    }

    /** No HTTP/1.1, or not quite: somewhere in it the server has to give up. */
    private HostileRequest broken() {
      return switch (random.nextInt(4)) {
        case 0 -> {
          String text =
              "POST /%s HTTP/1.1\r\nHost: bank\r\n%s\r\n"
                  .formatted(command(), json() + headers(HostileWords.BROKEN_HEADERS));
          yield new HostileRequest("broken headers", text.getBytes(ISO_8859_1), End.UNSURE);
        }
        case 1 -> {
          String text =
              "GET /bank-totals %s\r\nHost: bank\r\n\r\n".formatted(pick(HostileWords.VERSIONS));
          yield new HostileRequest("versions", text.getBytes(ISO_8859_1), End.UNSURE);
        }
        case 2 -> {
          byte[] noise = new byte[random.nextInt(1, 3_000)];
          random.nextBytes(noise);
          yield new HostileRequest("noise", noise, End.UNSURE);
        }
        default ->
            new HostileRequest(
                "mutated",
                mutated(new String(post(command(), json(), body().getBytes(UTF_8)), ISO_8859_1)),
                End.UNSURE);
      };
    }

    private HostileRequest sizes() {
      return switch (random.nextInt(5)) {
        case 0 ->
            whole("a large body", post(command(), json(), filled(random.nextInt(60_000, 90_000))));
        case 1 ->
            whole(
                "a huge text",
                post(
                    "open-account",
                    json(),
                    ("{\"account\":\""
                            + account()
                            + "\",\"owner\":\""
                            + "o".repeat(random.nextInt(60_000))
                            + "\"}")
                        .getBytes(UTF_8)));
        case 2 -> {
          String size = random.nextBoolean() ? "4" : "zz";
          String body = "%s\r\n{\"a\"\r\n0\r\n\r\n".formatted(size);
          yield new HostileRequest(
              "chunks", (chunkedHead() + body).getBytes(ISO_8859_1), End.UNSURE);
        }
        case 3 -> {
          StringBuilder chunks = new StringBuilder(chunkedHead());
          body().chars().forEach(c -> chunks.append("1\r\n").append((char) c).append("\r\n"));
          yield whole("small chunks", chunks.append("0\r\n\r\n").toString().getBytes(ISO_8859_1));
        }
        default ->
            new HostileRequest(
                "a length that lies",
                joined(post(command(), json(), new byte[0]), filled(100)),
                End.UNSURE);
      };
    }

    private String chunkedHead() {
      return "POST /%s HTTP/1.1\r\nHost: bank\r\n%sTransfer-Encoding: chunked\r\n\r\n"
          .formatted(command(), json());
    }

    private static byte[] filled(int size) {
      return ("{\"account\":\"" + "x".repeat(size) + "\"}").getBytes(UTF_8);
    }

    private HostileRequest pipelined() {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      int count = random.nextInt(2, 20);
      for (int i = 0; i < count; i++) {
        List<Supplier<byte[]>> kinds =
            List.of(
                () -> post(command(), json(), body().getBytes(UTF_8)),
                () -> post(command(), json(), strange().getBytes(UTF_8)),
                () -> post(command(), contentType(), body().getBytes(UTF_8)),
                () -> line("GET", "/" + pick(QUERIES) + "?" + pick(HostileWords.QUERY_STRINGS)),
                () -> line("DELETE", "/" + command()));
        all.writeBytes(pick(kinds).get());
      }
      return new HostileRequest("pipelined", all.toByteArray(), End.WHOLE);
    }

    private HostileRequest cutOff() {
      byte[] bytes = post(command(), json(), body().getBytes(UTF_8));
      int length = random.nextInt(1, bytes.length);
      return new HostileRequest("cut off", Arrays.copyOf(bytes, length), End.CUT_OFF);
    }
  }
}
