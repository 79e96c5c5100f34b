package dev.foldline.quarkus.projections;

import dev.foldline.readmodels.ProjectionRunner;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready as long as every projection has its subscription or, where that is another instance's, its
 * read models are whole, in a Redis that evicts nothing of it.
 */
@Readiness
@Singleton
class ProjectionsReady implements HealthCheck {

  private final Projections projections;

  ProjectionsReady(Projections projections) {
    this.projections = projections;
  }

  @Override
  public HealthCheckResponse call() {
    var response = HealthCheckResponse.named("Projections").up();
    for (ProjectionRunner<?> runner : projections.running()) {
      response.withData(runner.projection().name(), runner.describe());
      if (!runner.isReady()) {
        response.down();
      }
    }
    return response.build();
  }
}
