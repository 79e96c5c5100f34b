package dev.foldline.redis;

import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import dev.foldline.redis.PartCheckpoints.Place;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.stream.IntStream;

/** How far the builds of a projection are: each part of a build keeps a position of its own. */
public final class BuildCheckpoints {

  private final ReadModels models;
  private final Projection<?> projection;
  private final String key;

  BuildCheckpoints(ReadModels models, Projection<?> projection) {
    this.models = models;
    this.projection = projection;
    this.key = Layout.builds(models.namespace(), projection.name());
  }

  /** Up to where a build has every event, as far as it is kept in Redis. */
  public Uni<Checkpoint> of(String build) {
    return parts(build).now();
  }

  /**
   * Keeps a checkpoint, now that everything up to its position is in the build, whatever was kept
   * before.
   *
   * @return the same, and what the Redis of each part tells by now; fails with {@link Unavailable}
   *     if one has begun another history since, and perhaps lost what came after the checkpoint
   *     before
   */
  public Uni<Checkpoint> reached(Checkpoint checkpoint) {
    return parts(checkpoint.build()).reached(checkpoint);
  }

  /**
   * Keeps a checkpoint, now that everything that came after the one before is settled.
   *
   * @return as {@link #reached}; fails too if the one before was {@linkplain #retract retracted}
   */
  public Uni<Checkpoint> goOn(Checkpoint checkpoint) {
    return parts(checkpoint.build()).goOn(checkpoint);
  }

  /**
   * Says that of what came after a checkpoint something may be missing, whatever others have kept:
   * each one that keeps the build up to date applies it again.
   */
  public Uni<Void> retract(Checkpoint checkpoint) {
    return parts(checkpoint.build()).retract(checkpoint);
  }

  private PartCheckpoints parts(String build) {
    Layout layout = models.layout(projection, build);
    List<String> keys = layout.checkpoints();
    return new PartCheckpoints(
        models,
        build,
        IntStream.range(0, keys.size())
            .mapToObj(
                i ->
                    i < Layout.PARTITIONS
                        ? new Place(keys.get(i), layout.documents(i), Layout.MARK)
                        : new Place(keys.get(i), key, Builds.EVENTS + build))
            .toList());
  }
}
