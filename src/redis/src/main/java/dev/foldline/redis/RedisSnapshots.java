package dev.foldline.redis;

import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The latest snapshot of each stream, as text. Redis may lose any of them. */
public final class RedisSnapshots {

  private final ReadModels models;
  private final String keepMillis;

  /**
   * @param models the connection, which is shared with the read models
   * @param keep how long a snapshot is kept that is not replaced
   */
  public RedisSnapshots(ReadModels models, Duration keep) {
    this.models = models;
    this.keepMillis = Long.toString(keep.toMillis());
  }

  /** The snapshot of a stream; fails with {@link Unavailable} if Redis is away. */
  public Uni<Optional<String>> load(String stream) {
    return models
        .send(List.of(new Command("GET").arg(key(stream))))
        .map(answers -> Optional.ofNullable(answers.getFirst()).map(Response::toString));
  }

  /** Replaces the snapshot of a stream; fails with {@link Unavailable} if Redis is away. */
  public Uni<Void> save(String stream, String snapshot) {
    return models
        .send(List.of(new Command("SET").arg(key(stream)).arg(snapshot).arg("PX").arg(keepMillis)))
        .replaceWithVoid();
  }

  private String key(String stream) {
    return Layout.prefix(models.namespace()) + "snapshot:" + stream;
  }
}
