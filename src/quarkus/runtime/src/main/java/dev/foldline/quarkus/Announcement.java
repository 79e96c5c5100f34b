package dev.foldline.quarkus;

import dev.foldline.core.commands.RequestMacs;
import dev.foldline.eventstoredb.connection.EventStore;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.request.AnonymousAuthenticationRequest;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.util.Locale;
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
  private final AllowedCallers callers;
  private final boolean findsOutCallers;

  Announcement(
      StoreLocation location,
      FoldlineConfig config,
      @ConfigProperty(name = "quarkus.redis.hosts", defaultValue = "") String redis,
      @ConfigProperty(name = "AWS_LAMBDA_FUNCTION_NAME") Optional<String> lambda,
      @Any Instance<HttpAuthenticationMechanism> mechanisms,
      @Any Instance<IdentityProvider<?>> providers,
      LaunchMode mode) {
    this.location = location;
    this.config = config;
    this.redis = redis;
    this.isOnLambda = lambda.isPresent();
    this.callers = AllowedCallers.of(config, mode);
    this.findsOutCallers = mechanisms.stream().anyMatch(each -> isOfUse(each, providers));
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
    mustFindOutCallers();
    LOG.infof(
        "namespace %s, runs %s, event store %s, Redis %s, callers %s, data of embedded parts %s, time-out %s",
        config.namespace(),
        Role.names(config.run()),
        withoutSecret(location.connectionString()),
        withoutSecret(redis),
        callers.name().toLowerCase(Locale.ROOT),
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

  /** Quarkus has a mechanism for basic authentication also where nobody knows any users. */
  private static boolean isOfUse(
      HttpAuthenticationMechanism mechanism, Instance<IdentityProvider<?>> providers) {
    return providers.stream()
        .map(IdentityProvider::getRequestType)
        .filter(type -> type != AnonymousAuthenticationRequest.class)
        .anyMatch(mechanism.getCredentialTypes()::contains);
  }

  private void mustFindOutCallers() {
    if (callers == AllowedCallers.KNOWN && !findsOutCallers) {
      throw new ConfigurationException(
          "foldline.callers: nothing in this application finds out who is calling, so nobody could"
              + " call its functions: add an authentication extension, such as"
              + " quarkus-smallrye-jwt, or let anyone call them by foldline.callers=anyone");
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
