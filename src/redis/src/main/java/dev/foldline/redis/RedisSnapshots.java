package dev.foldline.redis;

import dev.foldline.core.Snapshots;
import dev.foldline.core.Unavailable;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The latest snapshot of each stream, as text. Redis may lose any of them. */
public final class RedisSnapshots implements Snapshots {

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
  @Override
  public CompletionStage<Optional<String>> load(String stream) {
    return models
        .send(List.of(new Command("GET").arg(key(stream))))
        .map(answers -> Optional.ofNullable(answers.getFirst()).map(Response::toString))
        .subscribeAsCompletionStage();
  }

  /** Replaces the snapshot of a stream; fails with {@link Unavailable} if Redis is away. */
  @Override
  public CompletionStage<Void> save(String stream, String snapshot) {
    return models
        .send(List.of(new Command("SET").arg(key(stream)).arg(snapshot).arg("PX").arg(keepMillis)))
        .replaceWithVoid()
        .subscribeAsCompletionStage();
  }

  private String key(String stream) {
    return Layout.prefix(models.namespace()) + "snapshot:" + stream;
  }
}
