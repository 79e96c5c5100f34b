package dev.foldline.readmodels;

import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.UnknownEvent;
import dev.foldline.eventstoredb.connection.DeniedStream;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.redis.Applied;
import dev.foldline.redis.Builds;
import dev.foldline.redis.Fence;
import dev.foldline.redis.ForeignLog;
import dev.foldline.redis.History;
import dev.foldline.redis.Landmark;
import dev.foldline.redis.Missing;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.Order;
import dev.foldline.redis.Poisons;
import dev.foldline.redis.Poisons.Poisoned;
import dev.foldline.redis.Projector;
import dev.foldline.redis.ReadModels;
import dev.foldline.redis.Sweep;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Applies events to one build of a projection's read models, leaves out what was discarded, and
 * keeps account of what can't be applied. Safe for use by many threads.
 */
final class Applier<D> {

  private static final Logger LOG = Logger.getLogger(Applier.class);
  private static final int READS_AT_ONCE = 8;

  private final Factory<D> factory;
  private final String build;
  private final Projector<StoredEvent, D> projector;
  private final Poisons poisons;

  /** The latest event that is settled, and the one that was kept of those. */
  private volatile @Nullable Recorded<?> latest;

  private volatile @Nullable Recorded<?> landmark;

  private Applier(Factory<D> factory, String build) {
    this.factory = factory;
    this.build = build;
    this.projector =
        new Projector<>(
            factory.models(),
            factory.projection(),
            build,
            factory.onPoison(),
            this::passOver,
            factory::decode,
            new History<>(factory::read, factory::before));
    this.poisons = new Poisons(factory.models(), factory.projection(), build);
  }

  /** Makes the appliers of a projection's builds, and counts what none of them could apply. */
  record Factory<D>(
      EventStore store,
      EventCodec codec,
      ReadModels models,
      Projection<D> projection,
      OnPoison onPoison,
      Discards discards,
      Figures figures) {

    Applier<D> of(String build) {
      return new Applier<>(this, build);
    }

    /** The builds that it makes appliers of. */
    Builds builds() {
      return new Builds(models, projection);
    }

    /** Whether this release can read an event. */
    boolean canRead(Recorded<StoredEvent> stored) {
      try {
        decode(stored);
        return true;
      } catch (RuntimeException _) {
        return false;
      }
    }

    /**
     * Reads a stream. What this application may not read fails as what can't be read: the store is
     * not away for the others.
     */
    Uni<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
      return ifAllowed(store.remaining(stream, from, limit));
    }

    /** What a stream gives; nothing where it can't be read. */
    Uni<List<Recorded<StoredEvent>>> readable(String stream, long from, int limit) {
      return read(stream, from, limit)
          .onFailure(failure -> !(failure instanceof Unavailable))
          .recoverWithItem(List.of());
    }

    private Uni<List<Recorded<StoredEvent>>> before(long position, int limit) {
      return ifAllowed(store.before(position, limit));
    }

    private static <T> Uni<T> ifAllowed(Uni<T> read) {
      return read.onFailure(DeniedStream.class)
          .transform(denied -> new IllegalStateException("not allowed to read it", denied));
    }

    /** What a stored event means to the projection. */
    List<? extends Recorded<?>> decode(Recorded<StoredEvent> stored) {
      return stored.event().isPassedOver() || discards.contains(EventRef.of(stored))
          ? List.of()
          : codec.decode(stored, projection.category(stored.stream()));
    }
  }

  /**
   * As {@link Projector#apply}. When it is done, it is kept which events can't be applied. A build
   * that is of another log than the store's counts as lost from then on.
   */
  Uni<Applied> apply(List<Recorded<StoredEvent>> batch, Order order) {
    return inPlace(batch)
        .chain(
            events ->
                projector
                    .apply(events, order)
                    .chain(
                        outcome ->
                            outcome.poisoned().isEmpty()
                                ? Uni.createFrom().item(outcome)
                                : account(events, order, outcome)))
        .onFailure(ForeignLog.class)
        .call(foreign -> distrust(foreign.toString()));
  }

  /** Says that nothing is left to do for an event; of one thread at a time. */
  void settled(Recorded<?> event) {
    Recorded<?> before = latest;
    if (event.position() >= 0 && (before == null || before.position() < event.position())) {
      latest = event;
    }
  }

  /** Keeps by what the log is known again; done too where nothing is settled that is later. */
  Uni<Void> keepLandmark() {
    Recorded<?> event = latest;
    return event == null || event.equals(landmark)
        ? Uni.createFrom().voidItem()
        : factory.builds().keep(build, Landmark.of(event)).invoke(() -> landmark = event);
  }

  /** What came through a link is read again where it stands, to have its position. */
  private Uni<List<Recorded<StoredEvent>>> inPlace(List<Recorded<StoredEvent>> batch) {
    return batch.stream().allMatch(event -> event.position() >= 0)
        ? Uni.createFrom().item(batch)
        : Uni.join()
            .all(batch.stream().map(this::inPlace).toList())
            .usingConcurrencyOf(READS_AT_ONCE)
            .andFailFast();
  }

  /** A stream that can't be read is no store that is away. */
  private Uni<Recorded<StoredEvent>> inPlace(Recorded<StoredEvent> event) {
    return event.position() >= 0
        ? Uni.createFrom().item(event)
        : factory
            .readable(event.stream(), event.revision(), 1)
            .map(
                found ->
                    found.stream()
                        .filter(it -> it.revision() == event.revision())
                        .findFirst()
                        .orElse(event));
  }

  /** Has the build be made anew, because the store does not have the log that it was made from. */
  Uni<Void> distrust(String reason) {
    LOG.warnf(
        "%s: is built anew, for the store is another one than it was made from, as after it was"
            + " restored from a backup: %s",
        this, reason);
    return factory.builds().distrust(build);
  }

  /** What was discarded meanwhile is left out, and no poison. */
  private Uni<Boolean> passOver(Map<String, List<Applied.Poison>> found) {
    return factory
        .discards()
        .refresh()
        .chain(news -> news ? Uni.createFrom().item(false) : keep(found).replaceWith(true));
  }

  private Uni<Applied> account(List<Recorded<StoredEvent>> batch, Order order, Applied outcome) {
    return factory
        .discards()
        .refresh()
        .chain(news -> news ? projector.apply(batch, order) : Uni.createFrom().item(outcome))
        .call(
            last -> {
              Map<String, List<Applied.Poison>> found = new HashMap<>(last.poisoned());
              found.replaceAll((_, poisons) -> poisons.stream().filter(Applier::isSure).toList());
              return keep(found);
            });
  }

  private static boolean isSure(Applied.Poison poison) {
    return !(poison.cause() instanceof Missing);
  }

  /** Keeps that a stream waits for events that did not come. */
  Uni<Void> giveUp(String stream, Applied.Poison poison) {
    return keep(Map.of(stream, List.of(poison)));
  }

  private Uni<Void> keep(Map<String, List<Applied.Poison>> found) {
    return poisons
        .add(found, Instant.now())
        .invoke(
            added ->
                added.forEach(each -> tell(each, found.getOrDefault(each.stream(), List.of()))))
        .replaceWithVoid();
  }

  private void tell(Poisoned added, List<Applied.Poison> found) {
    Throwable cause =
        found.stream()
            .filter(poison -> poison.revision() == added.revision())
            .findFirst()
            .orElseThrow()
            .cause();
    if (cause instanceof UnknownEvent unknown && !factory.codec().knows(unknown.type())) {
      LOG.infof(
          "%s: event %d of %s is of a type that this release does not know, '%s': parked until a"
              + " release that knows it replays it",
          this, added.revision(), added.stream(), unknown.type());
    } else {
      factory.figures().addPoisoned();
      LOG.errorf(
          cause, "%s: event %d of %s can't be applied", this, added.revision(), added.stream());
    }
  }

  /** As {@link Projector#applied}. */
  Uni<Map<String, Fence>> applied(Collection<String> streams) {
    return projector.applied(streams);
  }

  /** As {@link Projector#sweep}. */
  Sweep sweep() {
    return projector.sweep();
  }

  /** The build that it applies to. */
  String build() {
    return build;
  }

  /** What the build lacks. */
  Poisons poisons() {
    return poisons;
  }

  @Override
  public String toString() {
    return factory.projection().name() + ", build " + build;
  }
}
