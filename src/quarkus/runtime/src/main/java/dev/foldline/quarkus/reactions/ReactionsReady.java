package dev.foldline.quarkus.reactions;

import dev.foldline.reactions.ReactionRunner;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready as long as every reaction is registered and has its subscription or, where that is another
 * instance's, it is known what it reminds of.
 */
@Readiness
@Singleton
class ReactionsReady implements HealthCheck {

  private final Reactions reactions;

  ReactionsReady(Reactions reactions) {
    this.reactions = reactions;
  }

  @Override
  public HealthCheckResponse call() {
    var response = HealthCheckResponse.named("Reactions").up();
    for (ReactionRunner<?> runner : reactions.running()) {
      response.withData(runner.reaction().name(), runner.describe());
      if (!runner.isReady()) {
        response.down();
      }
    }
    return response.build();
  }
}
