package dev.foldline.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Calls of one server that may not be there yet, each by a connection of its own. */
final class Polls {

  private static final Duration PAUSE = Duration.ofMillis(5);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final int port;
  private final long start;

  /**
   * @param start since when is counted, in nanoseconds
   */
  Polls(int port, long start) {
    this.port = port;
    this.start = start;
  }

  /**
   * Calls until the answer is 200.
   *
   * @return the seconds since the start
   */
  double untilDone(String method, String path, String body) throws InterruptedException {
    String request =
        """
        %s %s HTTP/1.1\r
        host: localhost\r
        connection: close\r
        content-type: application/json\r
        content-length: %d\r
        \r
        %s"""
            .formatted(method, path, body.length(), body);
    while (!isDone(request)) {
      if (System.nanoTime() - start > LIMIT.toNanos()) {
        throw new IllegalStateException(path + " is never answered with 200");
      }
      Thread.sleep(PAUSE);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private boolean isDone(String request) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      @Nullable String line =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1)).readLine();
      return line != null && line.contains(" 200 ");
    } catch (IOException _) {
      return false; // it does not listen yet
    }
  }
}
