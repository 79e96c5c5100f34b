package dev.foldline.quarkus.deployment.trips;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.core.Namespace;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** An earlier release of the application answered another process. */
@Singleton
class Voyages {

  void answered(
      @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE + 2) StartupEvent event,
      EventStore store,
      Namespace namespace) {
    byte[] voyage =
        "{\"format\":1,\"process\":\"voyage\",\"reaction\":\"voyage-next\"}".getBytes(UTF_8);
    store
        .append(
            "foldline-processes-" + namespace.name(),
            List.of(new StoredEvent(UUID.randomUUID(), "process-answered", voyage, new byte[0])))
        .onFailure()
        .retry()
        .withBackOff(Duration.ofMillis(100))
        .expireIn(30_000)
        .await()
        .atMost(Duration.ofSeconds(40));
  }
}
