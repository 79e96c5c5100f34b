package dev.foldline.readmodels;

import dev.foldline.core.Away;
import dev.foldline.eventstoredb.subscriptions.Source;
import dev.foldline.redis.Builds;
import dev.foldline.redis.Checkpoint;
import dev.foldline.redis.Checkpoints;
import io.smallrye.mutiny.Uni;
import java.util.function.Consumer;

/** Opens a projection's source only while there are whole read models, in a Redis that answers. */
final class WholeReadModels implements Source {

  private final Source source;
  private final Builder builder;
  private final Builds builds;
  private final Checkpoints checkpoints;
  private final Discards discards;
  private final Consumer<Checkpoint> trusted;

  /**
   * @param trusted is told what is applied to from now on, before the source is opened
   */
  WholeReadModels(
      Source source,
      Builder builder,
      Builds builds,
      Checkpoints checkpoints,
      Discards discards,
      Consumer<Checkpoint> trusted) {
    this.source = source;
    this.builder = builder;
    this.builds = builds;
    this.checkpoints = checkpoints;
    this.discards = discards;
    this.trusted = trusted;
  }

  @Override
  public String describe() {
    return source.describe();
  }

  @Override
  public Throwable failed(Throwable cause) {
    return source.failed(cause);
  }

  @Override
  public Uni<Session> open(Sink sink) {
    return builder
        .trusted()
        .chain(
            live ->
                live.isEmpty()
                    ? buildFirst("the read models are being built")
                    : builds.checkpoints().of(live.get()).chain(found -> open(sink, found)));
  }

  private Uni<Session> open(Sink sink, Checkpoint found) {
    if (!checkpoints.judge(found).whole()) {
      return buildFirst("the read models may have lost events");
    }
    trusted.accept(found);
    return discards.refresh().chain(() -> source.open(sink));
  }

  private Uni<Session> buildFirst(String reason) {
    builder.begin();
    return Uni.createFrom().failure(new Away(reason));
  }
}
