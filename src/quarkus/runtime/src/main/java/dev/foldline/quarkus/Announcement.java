package dev.foldline.quarkus;

import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.RequestMacs;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Says in one line of the log where everything is. */
@Singleton
class Announcement {

  private static final Logger LOG = Logger.getLogger("dev.foldline");

  private final StoreLocation location;
  private final FoldlineConfig config;
  private final String redis;

  Announcement(
      StoreLocation location,
      FoldlineConfig config,
      @ConfigProperty(name = "quarkus.redis.hosts", defaultValue = "") String redis) {
    this.location = location;
    this.config = config;
    this.redis = redis;
  }

  /**
   * The store and the keys are asked for, before anything is begun, so that missing ones stop the
   * start.
   */
  void start(
      @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event,
      EventStore store,
      RequestMacs macs,
      LaunchMode mode) {
    LOG.infof(
        "namespace %s, event store %s, Redis %s, data of embedded parts %s, time-out %s",
        config.namespace(),
        withoutSecret(location.connectionString()),
        withoutSecret(redis),
        config.data().toAbsolutePath().normalize(),
        store.timeout());
    if (mode == LaunchMode.DEVELOPMENT) {
      config.hint().ifPresent(LOG::info);
    }
  }

  private static String withoutSecret(String url) {
    return url.replaceAll("//[^@/]*@", "//***@");
  }
}
