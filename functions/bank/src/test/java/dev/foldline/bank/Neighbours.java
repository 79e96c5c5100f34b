package dev.foldline.bank;

import dev.foldline.embedded.EmbeddedEventStore;
import dev.foldline.testing.RedisProcess;
import java.nio.file.Path;
import java.util.Map;

/** The event store and the Redis that banks under test share, and that can go away. */
final class Neighbours implements AutoCloseable {

  private final Path data;
  private final int storePort = BankProcess.freePort();
  private final RedisProcess redis;
  private EmbeddedEventStore store;

  Neighbours(Path data) {
    this.data = data;
    this.redis = new RedisProcess("--appendonly", "yes", "--dir", data.toString());
    startStore();
  }

  Map<String, String> properties() {
    return Map.of(
        "foldline.eventstoredb.connection-string",
        "esdb://localhost:" + storePort + "?tls=false",
        "foldline.eventstoredb.timeout",
        "2s",
        "quarkus.redis.hosts",
        redis.url());
  }

  String redisUrl() {
    return redis.url();
  }

  void startStore() {
    store = EmbeddedEventStore.builder().port(storePort).data(data.resolve("store")).start();
  }

  void stopStore() {
    store.close();
  }

  void startRedis() {
    redis.start();
  }

  void stopRedis() {
    redis.stop();
  }

  @Override
  public void close() {
    redis.close();
    stopStore();
  }
}
