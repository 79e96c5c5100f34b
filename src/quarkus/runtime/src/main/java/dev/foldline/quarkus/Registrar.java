package dev.foldline.quarkus;

import dev.foldline.core.Namespace;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.Registry;
import dev.foldline.eventstoredb.events.Registry.NotRegistered;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Registers the application in its event store under its namespace, before anything else is done
 * there, and ends it where the store has that otherwise. Development and tests are told, and go on.
 */
@Singleton
class Registrar {

  private static final Logger LOG = Logger.getLogger("dev.foldline");

  private final Registry registry;
  private final LaunchMode mode;
  private final AtomicBoolean ended = new AtomicBoolean();

  Registrar(FoldlineConfig config, Namespace namespace, LaunchMode mode) {
    this.mode = mode;
    try {
      registry = new Registry(namespace, config.application());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("foldline.application: " + e.getMessage());
    }
  }

  /** The start does not wait for it: who needs the store does, and finds it done as a rule. */
  void start(
      @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE + 1) StartupEvent event,
      EventStore store) {
    store
        .ready()
        .subscribe()
        .with(_ -> {}, failure -> LOG.debugf(failure, "not registered in the event store yet"));
  }

  Uni<Void> register(Streams streams) {
    return registry
        .register(streams)
        .onFailure(NotRegistered.class)
        .recoverWithUni(refusal -> refused(String.valueOf(refusal.getMessage())));
  }

  private Uni<Void> refused(String reason) {
    if (mode != LaunchMode.NORMAL) {
      LOG.warnf("In production mode this application would not start. %s", reason);
      return Uni.createFrom().voidItem();
    }
    if (ended.compareAndSet(false, true)) {
      LOG.fatal(reason);
      Quarkus.asyncExit(1);
    }
    return Uni.createFrom()
        .failure(new Unavailable("the event store does not let this application in"));
  }
}
