package dev.foldline.quarkus;

import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready as long as the event store answers this application. */
@Readiness
@ApplicationScoped
class EventStoreHealth implements AsyncHealthCheck {

  private final EventStore store;

  EventStoreHealth(EventStore store) {
    this.store = store;
  }

  @Override
  public Uni<HealthCheckResponse> call() {
    var response = HealthCheckResponse.named("Event store");
    return store
        .ping()
        .map(_ -> response.up().build())
        .onFailure(Unavailable.class)
        .recoverWithItem(
            e ->
                response
                    .down()
                    .withData("reason", store.deniedAccess().orElse(e.getMessage()))
                    .build());
  }
}
