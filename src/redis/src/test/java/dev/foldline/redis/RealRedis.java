package dev.foldline.redis;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import redis.embedded.RedisServer;

/** A redis-server of its own on a free port, with nothing in it. */
final class RealRedis implements AutoCloseable {

  private final Vertx vertx = Vertx.vertx();
  private final int port;
  private RedisServer server;
  private final Redis client;

  RealRedis() {
    port = freePort();
    server = start();
    client =
        Redis.createClient(
            vertx,
            new RedisOptions()
                .setConnectionString("redis://127.0.0.1:" + port)
                .setMaxPoolWaiting(1_000));
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RedisServer start() {
    RedisServer fresh =
        RedisServer.builder().port(port).bind("127.0.0.1").setting("save \"\"").build();
    fresh.start();
    return fresh;
  }

  Redis client() {
    return client;
  }

  ReadModels models() {
    return new ReadModels(client, new ObjectMapper(), Duration.ofSeconds(5));
  }

  void stop() {
    server.stop();
  }

  void restart() {
    server = start();
  }

  /** Has it hang, its connections open, while something is done. */
  void hangWhile(Runnable action) {
    String pid =
        command("INFO server")
            .lines()
            .filter(line -> line.startsWith("process_id:"))
            .map(line -> line.substring(line.indexOf(':') + 1))
            .findFirst()
            .orElseThrow();
    signal("-STOP", pid);
    try {
      action.run();
    } finally {
      signal("-CONT", pid);
    }
  }

  private static void signal(String signal, String pid) {
    try {
      if (new ProcessBuilder("kill", signal, pid).start().onExit().join().exitValue() != 0) {
        throw new IllegalStateException("no " + signal + " for " + pid);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a command as text, split at blanks. */
  String command(String line) {
    List<String> parts = List.of(line.split(" "));
    Command command = new Command(parts.getFirst());
    parts.stream().skip(1).forEach(command::arg);
    return String.valueOf(
        models().send(List.of(command)).await().atMost(Duration.ofSeconds(5)).getFirst());
  }

  @Override
  public void close() {
    client.close();
    server.stop();
    vertx.closeAndAwait();
  }
}
