package dev.foldline.quarkus.deployment;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What runs beside development mode: it outlives the restarts of the application there. */
final class Development {

  private static @Nullable Running<EventStoreService> store;
  private static @Nullable Running<RedisService> redis;

  private Development() {}

  /** A service, and how it was to be when it was started. */
  private record Running<T>(T service, List<Object> settings) {}

  /** Where the event store is, which is started unless one runs that is as it is to be. */
  static synchronized String eventStore(Path data, OptionalInt port) {
    List<Object> settings = List.of(data, port);
    if (store == null || !store.settings().equals(settings)) {
      closeStore();
      EventStoreService service = new EventStoreService(Optional.of(data), port);
      service.start();
      store = new Running<>(service, settings);
    }
    return store.service().getConnectionInfo();
  }

  /** Where Redis is, which is started unless one runs that is as it is to be. */
  static synchronized String redis(Path data) {
    List<Object> settings = List.of(data);
    if (redis == null || !redis.settings().equals(settings)) {
      closeRedis();
      RedisService service = new RedisService(Optional.of(data));
      service.start();
      redis = new Running<>(service, settings);
    }
    return redis.service().getConnectionInfo();
  }

  static synchronized void close() {
    closeStore();
    closeRedis();
  }

  private static void closeStore() {
    if (store != null) {
      store.service().close();
      store = null;
    }
  }

  private static void closeRedis() {
    if (redis != null) {
      redis.service().close();
      redis = null;
    }
  }
}
