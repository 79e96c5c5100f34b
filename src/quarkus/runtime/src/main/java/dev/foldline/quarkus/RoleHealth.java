package dev.foldline.quarkus;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Says what the instance does. */
@Readiness
@Singleton
class RoleHealth implements HealthCheck {

  private final FoldlineConfig config;

  RoleHealth(FoldlineConfig config) {
    this.config = config;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("Foldline")
        .up()
        .withData("runs", Role.names(config.run()))
        .build();
  }
}
