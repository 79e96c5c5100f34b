package dev.foldline.quarkus;

import dev.foldline.core.Unavailable;
import dev.foldline.redis.ReadModels;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready as long as Redis answers; Quarkus's own check tells callers its address. */
@Readiness
@ApplicationScoped
class RedisHealth implements AsyncHealthCheck {

  private final ReadModels redis;

  RedisHealth(ReadModels redis) {
    this.redis = redis;
  }

  @Override
  public Uni<HealthCheckResponse> call() {
    var response = HealthCheckResponse.named("Redis");
    return redis
        .ping()
        .map(_ -> response.up().build())
        .onFailure(Unavailable.class)
        .recoverWithItem(e -> response.down().withData("reason", e.getMessage()).build());
  }
}
