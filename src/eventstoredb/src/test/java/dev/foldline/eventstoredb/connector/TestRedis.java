package dev.foldline.eventstoredb.connector;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Namespace;
import dev.foldline.redis.ReadModels;
import dev.foldline.redis.RedisPositions;
import dev.foldline.testing.RedisServer;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import java.time.Duration;

/** A redis-server that can go away and come back, with nothing in it. */
final class TestRedis implements AutoCloseable {

  private final Vertx vertx = Vertx.vertx();
  private final RedisServer server = RedisServer.start();
  private final Redis client = Redis.createClient(vertx, server.url());

  Redis client() {
    return client;
  }

  RedisPositions positions() {
    return new RedisPositions(
        new ReadModels(client, new ObjectMapper(), Duration.ofSeconds(5), Namespace.NONE));
  }

  void stop() {
    server.process().stop();
  }

  void comeBack() {
    server.process().start();
  }

  @Override
  public void close() {
    client.close();
    server.close();
    vertx.closeAndAwait();
  }
}
