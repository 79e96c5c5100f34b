package dev.foldline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisExecProvider;

/**
 * A redis-server of its own, on a free port of the loopback interface, that can go away and come
 * back. It keeps nothing on disk unless its settings say so.
 *
 * <p>Needs {@code org.signal:embedded-redis} in the tests that use it. For one thread.
 */
public final class RedisProcess implements AutoCloseable {

  private static @Nullable String executable;

  private final int port = Ports.free();
  private final ServerProcess process;

  /**
   * Starts one, and waits until it can be used.
   *
   * @param settings such as {@code --appendonly}, {@code yes}
   */
  public RedisProcess(String... settings) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(executable(), "--port", Integer.toString(port)));
    command.addAll(List.of("--bind", "127.0.0.1", "--save", ""));
    command.addAll(List.of(settings));
    process = new ServerProcess(command, "Ready to accept connections");
  }

  private static synchronized String executable() {
    if (executable == null) {
      try {
        executable = RedisExecProvider.defaultProvider().get().getAbsolutePath();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return executable;
  }

  public int port() {
    return port;
  }

  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Starts it again, on the same port and with what it has on disk. */
  public void start() {
    process.start();
  }

  /** Ends it as its operator does. */
  public void stop() {
    process.stop();
  }

  /** Ends it as {@code kill -9} does. */
  public void kill() {
    process.kill();
  }

  /** Has it lose all that it holds. */
  public void empty() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      RedisServer.send(socket, "FLUSHALL");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has it hang, its connections open, while something is done. */
  public void hangWhile(Runnable action) {
    process.hangWhile(action);
  }

  @Override
  public void close() {
    kill();
  }
}
