package dev.foldline.eventstoredb.connector;

import dev.foldline.testing.RedisServer;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;

/** A redis-server that can go away and come back, with nothing in it. */
final class TestRedis implements AutoCloseable {

  private final Vertx vertx = Vertx.vertx();
  private final RedisServer server = RedisServer.start();
  private final Redis client = Redis.createClient(vertx, server.url());

  Redis client() {
    return client;
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
