package dev.foldline.bank;

import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.RedisProcess;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The event store and the Redis that banks under test share, and that can go away. */
final class Neighbours implements AutoCloseable {

  static {
    // The official client asks for it on threads by which it can't be loaded.
    var _ = Vertx.currentContext();
  }

  private final RedisProcess redis;
  private final EventStoreServer store;

  Neighbours(Path data) {
    this.redis = new RedisProcess("--appendonly", "yes", "--dir", data.toString());
    this.store = EventStoreServer.startProcess(data.resolve("store"));
  }

  Map<String, String> properties() {
    return Map.of(
        "foldline.eventstoredb.connection-string",
        store.connectionString(),
        "foldline.eventstoredb.timeout",
        "2s",
        "quarkus.redis.hosts",
        redis.url());
  }

  String connectionString() {
    return store.connectionString();
  }

  String redisUrl() {
    return redis.url();
  }

  EventStoreServer store() {
    return store;
  }

  void startStore() {
    store.comeBack();
  }

  /** Its clock is so far off. */
  void startStore(Duration clockOffset) {
    store.comeBack(clockOffset);
  }

  void stopStore() {
    store.stop();
  }

  /** It does not answer, its connections open, while something is done. */
  void whileStoreHangs(Runnable action) {
    store.hangWhile(action);
  }

  void startRedis() {
    redis.start();
  }

  void stopRedis() {
    redis.stop();
  }

  void killRedis() {
    redis.kill();
  }

  /** It loses all that it holds. */
  void emptyRedis() {
    redis.empty();
  }

  @Override
  public void close() {
    redis.close();
    store.close();
  }
}
