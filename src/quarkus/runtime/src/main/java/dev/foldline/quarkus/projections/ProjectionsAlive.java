package dev.foldline.quarkus.projections;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Alive as long as no projection hangs with events in hand. */
@Liveness
@Singleton
class ProjectionsAlive implements HealthCheck {

  private final Projections projections;

  ProjectionsAlive(Projections projections) {
    this.projections = projections;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("Projections at work")
        .status(projections.running().stream().noneMatch(runner -> runner.health().isHung()))
        .build();
  }
}
