package dev.foldline.quarkus.projections;

import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.eventstoredb.EventCodec;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.StoredEvent;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.Outcome;
import dev.foldline.redis.Poisons;
import dev.foldline.redis.Projector;
import dev.foldline.redis.ReadModels;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * Applies events to one build of a projection's read models, leaves out what was discarded, and
 * keeps account of what can't be applied. Safe for use by many threads.
 */
final class Applier<D, E> {

  private static final Logger LOG = Logger.getLogger(Applier.class);

  private final String name;
  private final Projector<StoredEvent, D, E> projector;
  private final Poisons poisons;
  private final Discards discards;
  private final LongAdder poisoned;

  private Applier(
      String name,
      Projector<StoredEvent, D, E> projector,
      Poisons poisons,
      Discards discards,
      LongAdder poisoned) {
    this.name = name;
    this.projector = projector;
    this.poisons = poisons;
    this.discards = discards;
    this.poisoned = poisoned;
  }

  /** Makes the appliers of a projection's builds, and counts what none of them could apply. */
  record Factory<D, E>(
      EventStore store,
      EventCodec codec,
      ReadModels models,
      Projection<D, E> projection,
      OnPoison onPoison,
      Discards discards,
      LongAdder poisoned) {

    Applier<D, E> of(String build) {
      return new Applier<>(
          projection.name() + ", build " + build,
          new Projector<>(models, projection, build, onPoison, this::decode, store::read),
          new Poisons(models, projection, build),
          discards,
          poisoned);
    }

    /** What a stored event means to the projection. */
    List<Recorded<E>> decode(Recorded<StoredEvent> stored) {
      return stored.event().type().startsWith("$") || discards.contains(EventRef.of(stored))
          ? List.of()
          : codec.decode(stored, projection.events());
    }
  }

  /** As {@link Projector#apply}. When it is done, it is kept which events can't be applied. */
  Uni<Outcome> apply(List<Recorded<StoredEvent>> batch) {
    return projector
        .apply(batch)
        .chain(
            outcome ->
                outcome.poisoned().isEmpty()
                    ? Uni.createFrom().item(outcome)
                    : account(batch, outcome));
  }

  private Uni<Outcome> account(List<Recorded<StoredEvent>> batch, Outcome outcome) {
    return discards
        .refresh()
        .chain(news -> news ? projector.apply(batch) : Uni.createFrom().item(outcome))
        .call(
            last -> poisons.add(last.poisoned(), Instant.now()).invoke(added -> tell(last, added)));
  }

  private void tell(Outcome outcome, int added) {
    if (added > 0) {
      poisoned.add(added);
      outcome.poisoned().forEach(this::tell);
    }
  }

  private void tell(String stream, List<Outcome.Poison> found) {
    for (Outcome.Poison poison : found) {
      LOG.errorf(
          poison.cause(), "%s: event %d of %s can't be applied", this, poison.revision(), stream);
    }
  }

  /** As {@link Projector#applied}. */
  Uni<Map<String, Long>> applied(Collection<String> streams) {
    return projector.applied(streams);
  }

  /** What the build lacks. */
  Poisons poisons() {
    return poisons;
  }

  @Override
  public String toString() {
    return name;
  }
}
