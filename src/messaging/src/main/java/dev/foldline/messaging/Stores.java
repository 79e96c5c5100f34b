package dev.foldline.messaging;

import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.StoreAddress;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Instance;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The event stores that channels use: the application's own, or one for each connection string that
 * an attribute names.
 */
final class Stores implements AutoCloseable {

  private final Instance<EventStore> bean;
  private final Vertx vertx;
  private final Map<String, EventStore> named = new ConcurrentHashMap<>();

  /**
   * @param vertx on whose event loops those are that an attribute names
   */
  Stores(Instance<EventStore> bean, Vertx vertx) {
    this.bean = bean;
    this.vertx = vertx;
  }

  /**
   * The store of a channel.
   *
   * @param connectionString empty for the application's
   * @param timeout of its calls in milliseconds, where it is not the application's
   */
  EventStore of(String connectionString, int timeout) {
    if (!connectionString.isEmpty()) {
      return named.computeIfAbsent(
          connectionString,
          url -> new EventStore(StoreAddress.of(url), Duration.ofMillis(timeout), vertx));
    }
    if (bean.isResolvable()) {
      return bean.get();
    }
    throw new IllegalArgumentException(
        EventStoreConnector.NAME
            + ": there is no EventStore bean, and the attribute connection-string is not set");
  }

  /** Closes those that are not the application's. */
  @Override
  public void close() {
    named.values().forEach(EventStore::close);
  }
}
