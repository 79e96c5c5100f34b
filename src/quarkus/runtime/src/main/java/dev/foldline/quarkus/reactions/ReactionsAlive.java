package dev.foldline.quarkus.reactions;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Alive as long as no reaction hangs with events in hand. */
@Liveness
@Singleton
class ReactionsAlive implements HealthCheck {

  private final Reactions reactions;

  ReactionsAlive(Reactions reactions) {
    this.reactions = reactions;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("Reactions at work")
        .status(reactions.running().stream().noneMatch(runner -> runner.health().isHung()))
        .build();
  }
}
