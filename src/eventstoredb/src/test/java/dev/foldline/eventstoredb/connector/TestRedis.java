package dev.foldline.eventstoredb.connector;

import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import redis.embedded.RedisServer;

/** A redis-server that can go away and come back, with nothing in it. */
final class TestRedis implements AutoCloseable {

  private final Vertx vertx = Vertx.vertx();
  private final int port = freePort();
  private RedisServer server;
  private final Redis client;

  TestRedis() {
    this.server = start();
    this.client = Redis.createClient(vertx, "redis://127.0.0.1:" + port);
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

  void stop() {
    server.stop();
  }

  void comeBack() {
    server = start();
  }

  @Override
  public void close() {
    client.close();
    server.stop();
    vertx.closeAndAwait();
  }
}
