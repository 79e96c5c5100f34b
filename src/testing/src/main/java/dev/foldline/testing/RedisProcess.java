package dev.foldline.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisExecProvider;

/**
 * A redis-server of its own, on a free port of the loopback interface, that can go away and come
 * back. It keeps nothing on disk unless its settings say so.
 *
 * <p>Needs {@code org.signal:embedded-redis} in the tests that use it. For one thread.
 */
public final class RedisProcess implements AutoCloseable {

  private static final int SECONDS = 20;
  private static @Nullable String executable;

  private final int port = freePort();
  private final List<String> command = new ArrayList<>();
  private volatile Process process;

  /**
   * Starts one, and waits until it can be used.
   *
   * @param settings such as {@code --appendonly}, {@code yes}
   */
  public RedisProcess(String... settings) {
    command.addAll(List.of(executable(), "--port", Integer.toString(port)));
    command.addAll(List.of("--bind", "127.0.0.1", "--save", ""));
    command.addAll(List.of(settings));
    process = launch();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> process.destroyForcibly()));
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

  /** A port of the loopback interface that nobody listens on. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Starts it again, on the same port and with what it has on disk. */
  public void start() {
    process = launch();
  }

  private Process launch() {
    try {
      Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
      CompletableFuture<Void> ready = new CompletableFuture<>();
      Thread.ofVirtual().start(() -> listen(started, ready));
      ready
          .orTimeout(SECONDS, TimeUnit.SECONDS)
          .whenComplete(
              (_, failure) -> {
                if (failure != null) {
                  started.destroyForcibly();
                }
              })
          .join();
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Until it ends, since it would wait for someone to hear it. */
  private static void listen(Process process, CompletableFuture<Void> ready) {
    StringBuilder said = new StringBuilder();
    try (BufferedReader output = process.inputReader(UTF_8)) {
      String line = output.readLine();
      while (line != null) {
        if (line.contains("Ready to accept connections")) {
          ready.complete(null);
        } else if (!ready.isDone()) {
          said.append(line).append('\n');
        }
        line = output.readLine();
      }
      ready.completeExceptionally(new IllegalStateException("redis-server ended:\n" + said));
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  /** Ends it as its operator does. */
  public void stop() {
    process.destroy();
    awaitEnd();
  }

  /** Ends it as {@code kill -9} does. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  private void awaitEnd() {
    process.onExit().orTimeout(SECONDS, TimeUnit.SECONDS).join();
  }

  /** Has it hang, its connections open, while something is done. */
  public void hangWhile(Runnable action) {
    signal("-STOP");
    try {
      action.run();
    } finally {
      signal("-CONT");
    }
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start();
      if (kill.onExit().orTimeout(SECONDS, TimeUnit.SECONDS).join().exitValue() != 0) {
        throw new IllegalStateException("no " + signal + " for " + process.pid());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
