package dev.foldline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of the loopback interface, for servers that tests start. Safe for use by many threads. */
public final class Ports {

  private Ports() {}

  /**
   * One that nobody listens on, below those that a connection of a client may be given before the
   * server listens, or while it is away.
   */
  public static int free() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_768);
      try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (BindException _) {
        // taken: another one
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
