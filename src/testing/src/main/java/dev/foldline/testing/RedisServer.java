package dev.foldline.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The Redis that a test runs against, with nothing in it: a process of its own, or the one that the
 * system property {@code foldline.test.redis} gives the URL of, such as {@code
 * redis://user:password@host:6379/7}.
 *
 * <p>The given database is emptied by each test, so it must be empty at first: one that holds what
 * is not of tests is refused. What would stop it is skipped, and says why. For one thread.
 */
public final class RedisServer implements AutoCloseable {

  private static final String PROPERTY = "foldline.test.redis";
  private static final String OURS = "foldline-tests-empty-this-database";
  private static final int STANDARD_PORT = 6379;
  private static final int TIMEOUT_MILLIS = 10_000;

  private final String url;
  private final @Nullable RedisProcess process;

  private RedisServer(String... settings) {
    String given = System.getProperty(PROPERTY, "");
    this.process = given.isEmpty() ? new RedisProcess(settings) : null;
    this.url = process == null ? given : process.url();
    if (process == null) {
      empty();
    }
  }

  /**
   * Starts one, unless one is given.
   *
   * @param settings of a process of its own, such as {@code --appendonly}, {@code yes}
   */
  public static RedisServer start(String... settings) {
    return new RedisServer(settings);
  }

  /** Skips the test, unless Redis is a process of its own; for what does more than using it. */
  public static void mustBeOwn(String because) {
    assumeTrue(System.getProperty(PROPERTY, "").isEmpty(), () -> because + ": not a given one");
  }

  public String url() {
    return url;
  }

  /** The process; skips the test if there is none. */
  public RedisProcess process() {
    mustBeOwn("stops Redis or looks into it");
    return Objects.requireNonNull(process);
  }

  /** Has it lose all that it holds. */
  public void empty() {
    URI redis = URI.create(url);
    int port = redis.getPort() < 0 ? STANDARD_PORT : redis.getPort();
    try (Socket socket = new Socket(redis.getHost(), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      if (redis.getUserInfo() != null) {
        send(socket, "AUTH " + redis.getUserInfo().replaceFirst("^:", "").replaceFirst(":", " "));
      }
      if (redis.getPath().length() > 1) {
        send(socket, "SELECT " + redis.getPath().substring(1));
      }
      boolean ours = process != null || send(socket, "EXISTS " + OURS).equals(":1");
      if (!ours && !send(socket, "DBSIZE").equals(":0")) {
        throw new IllegalStateException(
            PROPERTY + ": " + redis.getHost() + " holds what is not of tests, which empty it");
      }
      send(socket, "MULTI");
      send(socket, "FLUSHDB");
      send(socket, "SET " + OURS + " yes");
      send(socket, "EXEC");
    } catch (IOException e) {
      throw new UncheckedIOException(PROPERTY + ": " + redis.getHost(), e);
    }
  }

  /** An inline command that has a line for an answer. */
  static String send(Socket socket, String command) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write((command + "\r\n").getBytes(UTF_8));
    String answer =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
    if (answer == null || answer.startsWith("-")) {
      throw new IOException(command.split(" ", 2)[0] + ": " + answer);
    }
    return answer;
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
