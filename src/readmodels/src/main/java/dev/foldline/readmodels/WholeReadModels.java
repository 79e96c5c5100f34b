package dev.foldline.readmodels;

import dev.foldline.core.Away;
import dev.foldline.eventstoredb.subscriptions.Source;
import dev.foldline.redis.Checkpoint;
import io.smallrye.mutiny.Uni;
import java.util.function.Consumer;
import java.util.function.Function;

/** Opens a projection's source only while there are whole read models, in a Redis that answers. */
final class WholeReadModels implements Source {

  private final Source source;
  private final Builder builder;
  private final Discards discards;
  private final Function<String, Uni<Checkpoint>> known;
  private final Consumer<Checkpoint> trusted;
  private final Runnable missing;

  /**
   * @param known up to where a build has every event
   * @param trusted is told what is applied to from now on, before the source is opened
   * @param missing is told where there are none
   */
  WholeReadModels(
      Source source,
      Builder builder,
      Discards discards,
      Function<String, Uni<Checkpoint>> known,
      Consumer<Checkpoint> trusted,
      Runnable missing) {
    this.source = source;
    this.builder = builder;
    this.discards = discards;
    this.known = known;
    this.trusted = trusted;
    this.missing = missing;
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
    return check().chain(discards::refresh).chain(() -> source.open(sink));
  }

  /** Fails where there are none. */
  Uni<Void> check() {
    return builder
        .trusted()
        .chain(
            live ->
                live.isEmpty()
                    ? areMissing("the read models are being built")
                    : known.apply(live.get()).chain(this::mustBeWhole));
  }

  private Uni<Void> mustBeWhole(Checkpoint known) {
    if (!known.whole()) {
      return areMissing("the read models may have lost events");
    }
    trusted.accept(known);
    return Uni.createFrom().voidItem();
  }

  private Uni<Void> areMissing(String reason) {
    missing.run();
    return Uni.createFrom().failure(new Away(reason));
  }
}
