package dev.foldline.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a Redis says of itself. */
record RedisFigures(int port) {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Pattern NUMBER = Pattern.compile("(?:used_memory:|^:)(\\d+)");

  /** The bytes that it uses. */
  long memory() throws IOException {
    return number("INFO memory");
  }

  /** How many members a sorted set has. */
  long members(String key) throws IOException {
    return number("ZCARD " + key);
  }

  private long number(String command) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) TIMEOUT.toMillis());
      socket.getOutputStream().write((command + "\r\nQUIT\r\n").getBytes(UTF_8));
      InputStream answer = socket.getInputStream();
      String text = new String(answer.readAllBytes(), UTF_8);
      Matcher number = NUMBER.matcher(text);
      if (!number.find()) {
        throw new IllegalStateException(command + " is answered " + text);
      }
      return Long.parseLong(number.group(1));
    }
  }
}
