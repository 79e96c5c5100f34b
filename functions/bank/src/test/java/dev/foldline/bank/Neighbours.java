package dev.foldline.bank;

import dev.foldline.embedded.EmbeddedEventStore;
import java.nio.file.Path;
import java.util.Map;
import redis.embedded.RedisServer;

/** The event store and the Redis that banks under test share, and that can go away. */
final class Neighbours implements AutoCloseable {

  private final Path data;
  private final int storePort = BankProcess.freePort();
  private final int redisPort = BankProcess.freePort();
  private EmbeddedEventStore store;
  private RedisServer redis;

  Neighbours(Path data) {
    this.data = data;
    startStore();
    startRedis();
  }

  Map<String, String> properties() {
    return Map.of(
        "foldline.eventstoredb.connection-string",
        "esdb://localhost:" + storePort + "?tls=false",
        "foldline.eventstoredb.timeout",
        "2s",
        "quarkus.redis.hosts",
        "redis://localhost:" + redisPort);
  }

  String redisUrl() {
    return "redis://localhost:" + redisPort;
  }

  void startStore() {
    store = EmbeddedEventStore.builder().port(storePort).data(data.resolve("store")).start();
  }

  void stopStore() {
    store.close();
  }

  void startRedis() {
    redis =
        RedisServer.builder()
            .port(redisPort)
            .setting("bind 127.0.0.1")
            .setting("save \"\"")
            .setting("appendonly yes")
            .setting("dir " + data)
            .build();
    redis.start();
  }

  void stopRedis() {
    redis.stop();
  }

  @Override
  public void close() {
    stopRedis();
    stopStore();
  }
}
