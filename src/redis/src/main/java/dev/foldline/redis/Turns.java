package dev.foldline.redis;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.UUID;

/** Whose turn it is, among the instances that run a projection: to build, and to replay. */
public final class Turns {

  private final ReadModels models;
  private final String projection;

  Turns(ReadModels models, String projection) {
    this.models = models;
    this.projection = projection;
  }

  /**
   * Takes the right to build, or keeps it.
   *
   * @param builder who; a name that nobody else has
   * @param limit after which another one may take it
   * @return whether it has it; otherwise another one is building
   */
  public Uni<Boolean> lease(String builder, Duration limit) {
    return building().take(builder, limit);
  }

  /** Whether nobody had the turn to replay parked events for a while; then it is the caller's. */
  public Uni<Boolean> takesTurn(Duration pause) {
    return Lease.at(models, Layout.replayer(models.namespace(), projection))
        .take(UUID.randomUUID().toString(), pause);
  }

  /** Gives the right to build back, if it has it. */
  public Uni<Void> release(String builder) {
    return building().release(builder);
  }

  private Lease building() {
    return Lease.at(models, Layout.builder(models.namespace(), projection));
  }
}
