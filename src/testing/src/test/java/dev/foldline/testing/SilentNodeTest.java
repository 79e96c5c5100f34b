package dev.foldline.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A silent node")
class SilentNodeTest {

  private static final String GREETING = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
  private static final String PING = "\0\0\10\6\0\0\0\0\0pingpong";
  private static final String PONG = "\0\0\10\6\1\0\0\0\0pingpong";
  private static final int LIMIT_MILLIS = 20_000;
  private static final int PATIENCE_MILLIS = 300;

  @Test
  void answers_no_pings_on_connections_that_it_has_or_gets_until_it_goes_on() throws Exception {
    try (StoreCluster cluster = new InProcessCluster();
        Socket earlier = new Socket(InetAddress.getLoopbackAddress(), cluster.port(0))) {
      send(earlier, GREETING + PING);
      awaitAnswer(earlier, LIMIT_MILLIS);

      cluster.silence(0);
      try (Socket later = new Socket(InetAddress.getLoopbackAddress(), cluster.port(0))) {
        send(earlier, PING);
        send(later, GREETING + PING);
        isSilent(earlier);
        isSilent(later);

        cluster.resume(0);
        awaitAnswer(earlier, LIMIT_MILLIS);
        awaitAnswer(later, LIMIT_MILLIS);
      }
    }
  }

  private static void send(Socket socket, String frames) throws IOException {
    socket.getOutputStream().write(frames.getBytes(ISO_8859_1));
  }

  private static void isSilent(Socket socket) {
    assertThatThrownBy(() -> awaitAnswer(socket, PATIENCE_MILLIS))
        .isInstanceOf(SocketTimeoutException.class);
  }

  private static void awaitAnswer(Socket socket, int millis) throws IOException {
    socket.setSoTimeout(millis);
    StringBuilder heard = new StringBuilder();
    while (heard.indexOf(PONG) < 0) {
      int next = socket.getInputStream().read();
      assertThat(next).as("end of the connection").isNotNegative();
      heard.append((char) next);
    }
  }
}
