package dev.foldline.eventstoredb.subscriptions;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Namespace;
import dev.foldline.redis.ReadModels;
import dev.foldline.redis.RedisPositions;
import dev.foldline.testing.RedisServer;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import java.time.Duration;

/** A redis-server that can go away and come back, with nothing in it. */
public final class TestRedis implements AutoCloseable {

  private final Vertx vertx = Vertx.vertx();
  private final RedisServer server = RedisServer.start();
  private final Redis client = Redis.createClient(vertx, server.url());

  public Redis client() {
    return client;
  }

  public RedisPositions positions() {
    return new RedisPositions(
        new ReadModels(client, new ObjectMapper(), Duration.ofSeconds(5), Namespace.NONE));
  }

  public void stop() {
    server.process().stop();
  }

  public void comeBack() {
    server.process().start();
  }

  @Override
  public void close() {
    client.close();
    server.close();
    vertx.closeAndAwait();
  }
}
