package dev.foldline.readmodels;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.subscriptions.Group;
import dev.foldline.eventstoredb.subscriptions.PersistentSource;
import dev.foldline.eventstoredb.subscriptions.Scan;
import dev.foldline.redis.Applied;
import dev.foldline.redis.Builds;
import dev.foldline.redis.Checkpoint;
import dev.foldline.redis.Landmark;
import dev.foldline.redis.Order;
import dev.foldline.redis.Sweep;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Builds the read models of a projection from the log of all streams, beside those that are read.
 *
 * <p>It works in slices, by one instance at a time, and goes on where it was when it is stopped or
 * dies. When it has come to the end of the log it closes the build that was kept up to date so far,
 * so that no event is acknowledged for it any more, reads what was written meanwhile, and has
 * queries switch over. Its calls block.
 */
final class Building {

  private static final Logger LOG = Logger.getLogger(Building.class);
  private static final int BATCH = 2_000;
  private static final Duration LEASE = Duration.ofSeconds(5);
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration TELL = Duration.ofSeconds(5);

  private final String me = UUID.randomUUID().toString();
  private final EventStore store;
  private final Builds builds;
  private final Group group;
  private final Discards discards;
  private final Function<String, Applier<?>> appliers;
  private final SameLog sameLog;
  private volatile Builds.Progress progress =
      new Builds.Progress(new Checkpoint("", List.of(), Set.of(), -1, false), 0);
  private volatile double ratio = 1;
  private long end;
  private long toldAt;

  /**
   * @param group that keeps the build up to date later; it is created before anything is read
   * @param appliers makes the applier of a build
   */
  Building(
      EventStore store,
      Builds builds,
      Group group,
      Discards discards,
      Function<String, Applier<?>> appliers) {
    this.store = store;
    this.builds = builds;
    this.group = group;
    this.discards = discards;
    this.appliers = appliers;
    this.sameLog = new SameLog(store, builds, appliers);
  }

  /** How far it is. */
  Builds.Progress progress() {
    return progress;
  }

  /** How much of the log it has come through, from 0 to 1; 1 while there is nothing to build. */
  double ratio() {
    return ratio;
  }

  /**
   * Builds for a while.
   *
   * @param limit after which it stops, to be gone on with
   * @return what it did; nothing where another instance is building
   * @throws Unavailable if Redis or the store is away
   */
  Optional<Slice> slice(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    if (!goesOn()) {
      return Optional.empty();
    }
    try {
      await(new PersistentSource(store, group.from(new Group.From.End()), false).prepare());
      await(discards.refresh());
      progress = begin();
      end = await(store.end());
      measure();
      boolean complete =
          (progress.checkpoint().whole() || sweep(progress.build(), this::goesOn))
              && scan(() -> System.nanoTime() - deadline > 0)
              && complete();
      return Optional.of(new Slice(complete, progress));
    } finally {
      await(builds.turns().release(me));
    }
  }

  /** Whether it is the one that builds, for a moment longer. */
  private boolean goesOn() {
    return await(builds.turns().lease(me, LEASE));
  }

  /**
   * Has rankings get again what was added to them and may be lost there; what was lost where it was
   * added comes again with the log. It is done before a checkpoint is kept that would hide a loss.
   *
   * @return whether it came to the end
   */
  private boolean sweep(String build, BooleanSupplier goesOn) {
    Sweep sweep = appliers.apply(build).sweep();
    while (!sweep.ended() && goesOn.getAsBoolean()) {
      await(sweep.next());
    }
    return sweep.ended();
  }

  private Builds.Progress begin() {
    Builds.Progress begun = await(builds.begin());
    return await(sameLog.holds(begun.build())) ? begun : await(builds.begin());
  }

  /** Read models stand still from the closing of the one on to the other: whoever asked waits. */
  private boolean complete() throws InterruptedException {
    await(builds.named().chain(this::close));
    if (!scan(() -> false)) {
      return false;
    }
    await(builds.activate(progress.build()));
    ratio = 1;
    LOG.infof("%s: complete with %d events", group.name(), progress.events());
    dropUnneeded();
    return true;
  }

  /** Removes the builds that were replaced, be it by one who died before they were removed. */
  void dropUnneeded() {
    for (String build : await(builds.unneeded())) {
      await(builds.drop(build));
    }
  }

  private Uni<Void> close(Optional<String> live) {
    return live.filter(build -> !build.equals(progress.build()))
        .map(builds::close)
        .orElseGet(() -> Uni.createFrom().voidItem());
  }

  /** Whether it came to the end of the log. */
  private boolean scan(BooleanSupplier stop) throws InterruptedException {
    Applier<?> applier = appliers.apply(progress.build());
    try (Scan scan = scan(progress.checkpoint())) {
      while (!scan.ended()) {
        int events = applyNext(scan, progress.build(), applier).events();
        reached(scan.position(), events);
        if (stop.getAsBoolean() || !goesOn()) {
          return scan.ended();
        }
      }
      return true;
    }
  }

  private Scan scan(Checkpoint after) {
    return new Scan(store, String.valueOf(group.filter()), after.position());
  }

  /**
   * What was read and applied.
   *
   * @param applied how many of the events had no effect before
   */
  private record Batch(int events, int applied) {}

  private Batch applyNext(Scan scan, String build, Applier<?> applier) throws InterruptedException {
    List<Recorded<StoredEvent>> events = scan.next(BATCH);
    if (events.isEmpty()) {
      return new Batch(0, 0);
    }
    Applied outcome = await(applier.apply(events, Order.LOG));
    await(builds.keep(build, Landmark.of(events.getLast())));
    return new Batch(events.size(), outcome.applied());
  }

  /**
   * Applies the log again from a checkpoint on to a build that may have lost what came after it.
   * Whoever does the same, or applies other events, does no harm.
   *
   * @return the checkpoint from which on nothing is lost
   * @throws Unavailable if Redis or the store is away
   */
  Checkpoint mend(Checkpoint broken) throws InterruptedException {
    toldAt = System.nanoTime();
    sweep(broken.build(), () -> true);
    Applier<?> applier = appliers.apply(broken.build());
    try (Scan scan = scan(broken)) {
      long events = 0;
      long applied = 0;
      while (!scan.ended()) {
        Batch batch = applyNext(scan, broken.build(), applier);
        events += batch.events();
        applied += batch.applied();
        tellMending(events, applied, scan.position());
      }
      Checkpoint mended = await(builds.checkpoints().reached(broken.at(scan.position())));
      LOG.logf(
          applied > 0 ? Logger.Level.INFO : Logger.Level.DEBUG,
          "%s: whole again after Redis was started again or failed over: %d events looked at,"
              + " of which %d were not in it",
          group.name(),
          events,
          applied);
      return mended;
    }
  }

  private void tellMending(long events, long applied, long position) {
    if (isTimeToTell()) {
      LOG.infof(
          "%s: Redis was started again or failed over: applying the log again, %d events so far,"
              + " of which %d were not in it, up to position %d",
          group.name(), events, applied, position);
    }
  }

  private boolean isTimeToTell() {
    long now = System.nanoTime();
    boolean time = now - toldAt > TELL.toNanos();
    if (time) {
      toldAt = now;
    }
    return time;
  }

  private void reached(long position, int events) {
    progress = await(builds.reached(progress.at(position, events)));
    measure();
    if (isTimeToTell()) {
      LOG.infof(
          "%s: building, %.0f %%, %d events, up to position %d",
          group.name(), 100 * ratio, progress.events(), position);
    }
  }

  private void measure() {
    ratio = end <= 0 ? 1 : Math.clamp((double) progress.checkpoint().position() / end, 0, 1);
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(LIMIT);
  }
}
