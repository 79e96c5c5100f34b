package dev.foldline.redis;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Namespace;
import dev.foldline.testing.RedisProcess;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.time.Duration;
import java.util.List;

/** A redis-server of its own on a free port, with nothing in it. */
final class RealRedis implements AutoCloseable {

  static final Namespace NAMESPACE = new Namespace("bank");

  private final Vertx vertx = Vertx.vertx();
  private final RedisProcess server = new RedisProcess();
  private final Redis client = client(vertx, server.port());

  static Redis client(Vertx vertx, int port) {
    return Redis.createClient(
        vertx,
        new RedisOptions()
            .setConnectionString("redis://127.0.0.1:" + port)
            .setMaxPoolWaiting(1_000));
  }

  int port() {
    return server.port();
  }

  Redis client() {
    return client;
  }

  ReadModels models() {
    return new ReadModels(client, new ObjectMapper(), Duration.ofSeconds(5), NAMESPACE);
  }

  /** A store that has nothing. */
  static <S> History<S> noHistory() {
    return new History<>(
        (_, _, _) -> Uni.createFrom().item(List.of()), (_, _) -> Uni.createFrom().item(List.of()));
  }

  void stop() {
    server.stop();
  }

  void restart() {
    server.start();
  }

  /** Has a replica take over, which is the same process here and so lacks nothing. */
  void failOver() {
    command("REPLICAOF 127.0.0.1 " + server.port());
    command("REPLICAOF NO ONE");
  }

  /** Has it hang, its connections open, while something is done. */
  void hangWhile(Runnable action) {
    server.hangWhile(action);
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
    server.close();
    vertx.closeAndAwait();
  }
}
