package dev.foldline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of the loopback interface, for servers that tests start. Safe for use by many threads. */
public final class Ports {

  /** Whose byte at a port's number is locked by the process that has that port until it ends. */
  private static final FileChannel TAKEN = open();

  private Ports() {}

  /**
   * One that nobody listens on and that no other test of this machine is given, below those that a
   * connection of a client may be given before the server listens, or while it is away.
   */
  public static int free() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_768);
      if (isTaken(port)) {
        continue;
      }
      try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (BindException _) {
        // somebody listens: another one
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static boolean isTaken(int port) {
    try {
      return TAKEN.tryLock(port, 1, false) == null;
    } catch (OverlappingFileLockException _) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileChannel open() {
    String user = System.getProperty("user.name");
    Path file = Path.of(System.getProperty("java.io.tmpdir"), "foldline-ports-" + user);
    try {
      return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
