package dev.foldline.quarkus;

import dev.foldline.core.commands.RequestMacs;
import dev.foldline.eventstoredb.connection.EventStore;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpServerStart;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Says in one line of the log where everything is. */
@Singleton
class Announcement {

  private static final Logger LOG = Logger.getLogger("dev.foldline");

  private final StoreLocation location;
  private final FoldlineConfig config;
  private final String redis;
  private final boolean isOnLambda;

  Announcement(
      StoreLocation location,
      FoldlineConfig config,
      @ConfigProperty(name = "quarkus.redis.hosts", defaultValue = "") String redis,
      @ConfigProperty(name = "AWS_LAMBDA_FUNCTION_NAME") Optional<String> lambda) {
    this.location = location;
    this.config = config;
    this.redis = redis;
    this.isOnLambda = lambda.isPresent();
  }

  /**
   * The store and the keys are asked for, before anything is begun, so that missing ones stop the
   * start.
   */
  void start(
      @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event,
      EventStore store,
      RequestMacs macs) {
    mustBeAwake();
    LOG.infof(
        "namespace %s, runs %s, event store %s, Redis %s, data of embedded parts %s, time-out %s",
        config.namespace(),
        Role.names(config.run()),
        withoutSecret(location.connectionString()),
        withoutSecret(redis),
        config.data().toAbsolutePath().normalize(),
        store.timeout());
  }

  /** Between two calls Lambda stops an instance, whatever that has begun. */
  private void mustBeAwake() {
    if (isOnLambda && !config.run().stream().allMatch(Role::maySleep)) {
      throw new ConfigurationException(
          "foldline.run=%s: Lambda stops an instance between two calls, so that it can only have"
                  .formatted(Role.names(config.run()))
              + " foldline.run=commands,queries; run the rest where an instance is always awake");
    }
  }

  /** Once it is known which port it is. */
  void hint(@ObservesAsync HttpServerStart started, HttpServer server, LaunchMode mode) {
    if (mode == LaunchMode.DEVELOPMENT && !started.options().isSsl()) {
      String base = server.getLocalBaseUri().toString().replaceAll("/$", "");
      config.hint().map(hint -> hint.replace("{base}", base)).ifPresent(LOG::info);
    }
  }

  private static String withoutSecret(String url) {
    return url.replaceAll("//[^@/]*@", "//***@");
  }
}
