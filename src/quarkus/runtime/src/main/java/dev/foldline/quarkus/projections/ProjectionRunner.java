package dev.foldline.quarkus.projections;

import dev.foldline.core.Away;
import dev.foldline.core.Namespace;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.EventCodec;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.connector.Delivery;
import dev.foldline.eventstoredb.connector.Group;
import dev.foldline.eventstoredb.connector.ParkedEvents;
import dev.foldline.eventstoredb.connector.PersistentSource;
import dev.foldline.eventstoredb.connector.Source;
import dev.foldline.eventstoredb.connector.SubscriptionHealth;
import dev.foldline.eventstoredb.connector.SupervisedSubscription;
import dev.foldline.redis.Builds;
import dev.foldline.redis.Checkpoint;
import dev.foldline.redis.Checkpoints;
import dev.foldline.redis.Missing;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.Order;
import dev.foldline.redis.Outcome;
import dev.foldline.redis.ReadModels;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the read models of one projection up to date, from a persistent subscription that is named
 * after the application's namespace, the projection and its version.
 *
 * <p>Nothing is acknowledged that was not applied. While Redis is away the subscription is closed,
 * so that events wait in the store and are not counted as failing. Where there are no read models
 * yet, or no more, they are built first. An event that can't be applied is parked, and the later
 * ones of its stream behind it, since a document without it would be wrong, unless told otherwise.
 */
public final class ProjectionRunner<D> {

  private static final Logger LOG = Logger.getLogger(ProjectionRunner.class);
  private static final int BUFFER = 2_000;
  private static final int BATCH = 500;
  private static final int BATCHES_AT_ONCE = 4;
  private static final Duration SLICE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  /** Whoever is that close behind the log is up to date. */
  private static final Duration UP_TO_DATE = Duration.ofSeconds(5);

  /** How often an event is given back that waits for what can't be read, before it is parked. */
  private static final int TRIES = 5;

  /** In which a look whether there is something to build is done; a build is not waited for. */
  private static final Duration MOMENT = Duration.ofSeconds(1);

  /**
   * How fast it goes about what.
   *
   * @param survey between two looks what is parked
   * @param keep between two checkpoints
   * @param absence how many of those another version may be silent before it counts as left
   * @param replay between two replays of what another release could not read
   * @param patience before an event is given back that waits for what can't be read
   */
  record Pace(Duration survey, Duration keep, int absence, Duration replay, Duration patience) {

    static final Pace DEFAULT =
        new Pace(
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            15,
            Duration.ofMinutes(1),
            Duration.ofSeconds(1));
  }

  private final Vertx vertx;
  private final Pace pace;
  private final Projection<D> projection;
  private final Discards discards;
  private final Applier.Factory<D> appliers;
  private final Builds builds;
  private final Watch watch;
  private final Parking<D> parking;
  private final Building building;
  private final SameLog sameLog;
  private final PersistentSource source;
  private final SupervisedSubscription subscription;
  private final LongAdder applied = new LongAdder();
  private final LongAdder duplicates = new LongAdder();
  private final LongAdder gaps = new LongAdder();
  private final LongAdder retried = new LongAdder();
  private final LongAdder poisoned = new LongAdder();
  private final AtomicReference<@Nullable Thread> builder = new AtomicReference<>();
  private final AtomicBoolean looking = new AtomicBoolean();
  private final Checkpoints checkpoints = new Checkpoints();
  private final AtomicBoolean keeping = new AtomicBoolean();
  private final Lock oneBuild = new ReentrantLock();

  /** Why it could not be built, as it was told last; of who has the lock. */
  private String said = "";

  private volatile @Nullable Applier<D> applier;
  private volatile List<Parking.Parked> parked = List.of();
  private volatile boolean stopped;
  private volatile boolean started;
  private long surveying = -1;
  private long keepingTimer = -1;
  private int batches;

  public ProjectionRunner(
      Vertx vertx,
      EventStore store,
      EventCodec codec,
      ReadModels models,
      Projection<D> projection,
      OnPoison onPoison) {
    this(vertx, store, codec, models, projection, onPoison, Pace.DEFAULT);
  }

  ProjectionRunner(
      Vertx vertx,
      EventStore store,
      EventCodec codec,
      ReadModels models,
      Projection<D> projection,
      OnPoison onPoison,
      Pace pace) {
    this.vertx = vertx;
    this.pace = pace;
    this.projection = projection;
    this.discards = new Discards(store, models.namespace(), projection.name());
    this.appliers =
        new Applier.Factory<>(store, codec, models, projection, onPoison, discards, poisoned);
    this.builds = new Builds(models, projection);
    this.watch = new Watch(models, projection, builds, pace.absence());
    Group group = group(models.namespace(), projection);
    this.parking =
        new Parking<>(
            store,
            builds,
            new ParkedEvents(store, group.name()),
            discards,
            appliers,
            pace.replay());
    this.building = new Building(store, builds, group, discards, appliers::of);
    this.sameLog = new SameLog(store, builds, appliers::of);
    this.source = new PersistentSource(store, group, false);
    this.subscription =
        new SupervisedSubscription(
            new OfWholeReadModels(),
            vertx,
            ((VertxInternal) vertx).createEventLoopContext(),
            SupervisedSubscription.Timing.DEFAULT,
            this::takeBatches);
  }

  private static Group group(Namespace namespace, Projection<?> projection) {
    return Group.ofCategory(
        namespace.of(projection.name() + "-v" + projection.version()),
        projection.category().name(),
        BUFFER);
  }

  /**
   * Starts, and returns at once. It subscribes when there are whole read models, which it builds if
   * there are none.
   */
  public void start() {
    surveying = vertx.setPeriodic(pace.survey().toMillis(), _ -> survey());
    keepingTimer = vertx.setPeriodic(pace.keep().toMillis(), _ -> tick());
    watch.begin();
    tick();
    build();
  }

  /** Looks what is parked now, and replays what can be applied by now, unless it still does. */
  private void survey() {
    if (!looking.compareAndSet(false, true)) {
      return;
    }
    Uni.createFrom()
        .deferred(parking::list)
        .invoke(now -> parked = now)
        .chain(now -> parking.replayFree(now, SLICE))
        .onTermination()
        .invoke(() -> looking.set(false))
        .subscribe()
        .with(
            replayed -> {
              if (replayed > 0) {
                LOG.infof(
                    "%s: %d events are applied that were parked before this release knew them",
                    projection.name(), replayed);
              }
            },
            failure -> LOG.debugf(failure, "%s: parked events not known", projection.name()));
  }

  private void tick() {
    keep();
    watch.look(checkpoints.last().filter(_ -> isUpToDate()));
  }

  /** The lag is of what was delivered, the backlog of what was not. */
  private boolean isUpToDate() {
    SubscriptionHealth now = health();
    return now.isSubscribed() && now.lag().compareTo(UP_TO_DATE) < 0 && now.backlog() < BATCH;
  }

  /** Keeps up to where everything is applied for sure; or finds that it is not any more. */
  private void keep() {
    Checkpoint last = checkpoints.last().orElse(null);
    if (last == null || !health().isSubscribed() || !keeping.compareAndSet(false, true)) {
      return;
    }
    builds
        .live()
        .map(
            live ->
                live.filter(last.build()::equals)
                    .orElseThrow(() -> new Unavailable("the read models are lost or replaced")))
        .chain(() -> source.settled().onFailure().recoverWithItem(-1L))
        .map(settled -> last.at(Math.max(settled, last.position())))
        .chain(builds::goOn)
        .call(reached -> keepLandmark(reached.build()))
        .onTermination()
        .invoke(() -> keeping.set(false))
        .subscribe()
        .with(reached -> checkpoints.add(reached, last), subscription::reopen);
  }

  private Uni<Void> keepLandmark(String build) {
    Applier<D> current = applier;
    return current != null && current.build().equals(build)
        ? current.keepLandmark()
        : Uni.createFrom().voidItem();
  }

  /**
   * Takes nothing more, and ends when what is in hand is applied.
   *
   * @param limit how long to wait for that
   */
  public Uni<Void> stop(Duration limit) {
    stopped = true;
    vertx.cancelTimer(surveying);
    vertx.cancelTimer(keepingTimer);
    Thread building = builder.get();
    if (building != null) {
      building.interrupt();
    }
    return subscription.stop(limit);
  }

  /**
   * Builds the read models anew, beside those that are read, for a while. Blocks.
   *
   * @param limit after which it stops, to be gone on with
   * @return what it did; nothing where they are being built already, here or by another instance
   */
  public Optional<Slice> rebuild(Duration limit) throws InterruptedException {
    if (!oneBuild.tryLock(MOMENT.toNanos(), TimeUnit.NANOSECONDS)) {
      return Optional.empty();
    }
    try {
      Optional<Slice> built = slice(limit);
      if (built.filter(Slice::complete).isPresent()) {
        subscription.openNow();
      }
      return built;
    } finally {
      oneBuild.unlock();
    }
  }

  private Optional<Slice> slice(Duration limit) throws InterruptedException {
    Optional<Slice> built = building.slice(limit);
    built.filter(Slice::complete).map(Slice::progress).ifPresent(this::goOnWith);
    return built;
  }

  private void goOnWith(Builds.Progress built) {
    checkpoints.add(built.checkpoint());
    applier = appliers.of(built.build());
  }

  /** The events that could not be applied. */
  public Parking<D> parking() {
    return parking;
  }

  /** How far the last build is, or was, that this instance worked on. */
  public Builds.Progress building() {
    return building.progress();
  }

  /** Has queries read the version again that they read before the last switch. */
  public Uni<String> switchBack() {
    return builds.switchBack();
  }

  public Projection<D> projection() {
    return projection;
  }

  /** How its subscription is. */
  public SubscriptionHealth health() {
    return subscription.health();
  }

  /** How it is, for people. */
  public String describe() {
    return health().describe() + watch.describe();
  }

  /** Whether events can come, and what they lead to is not evicted. */
  public boolean isReady() {
    return health().isSubscribed() && !watch.isEvicted();
  }

  /** How many events took effect. */
  public long applied() {
    return applied.sum();
  }

  /** How many deliveries were skipped, because their event had taken effect before. */
  public long duplicates() {
    return duplicates.sum();
  }

  /** How often missing events were read from their stream. */
  public long gaps() {
    return gaps.sum();
  }

  /** How many deliveries were not the first one of their event. */
  public long retried() {
    return retried.sum();
  }

  /** How many events were found that can't be applied. */
  public long poisoned() {
    return poisoned.sum();
  }

  /**
   * How many events were parked when last looked at; at least, where it is {@link Parking#MOST}.
   */
  public int parked() {
    return parked.size();
  }

  /** For how long the oldest parked event has been parked. */
  public Duration oldestParked() {
    List<Parking.Parked> now = parked;
    return now.isEmpty() ? Duration.ZERO : Duration.between(now.getFirst().since(), Instant.now());
  }

  /** How much of the log is in the read models, from 0 to 1, while they are built; else 1. */
  public double buildRatio() {
    return building.ratio();
  }

  private void takeBatches() {
    Applier<D> live = applier;
    while (live != null && batches < BATCHES_AT_ONCE) {
      List<Delivery> batch = subscription.take(BATCH, BATCH);
      if (batch.isEmpty()) {
        return;
      }
      batches++;
      retried.add(batch.stream().filter(delivery -> delivery.retries() > 0).count());
      live.apply(batch.stream().map(Delivery::event).toList(), Order.DELIVERED)
          .subscribe()
          .with(outcome -> settle(live, batch, outcome), failure -> giveBack(batch, failure));
    }
  }

  private void settle(Applier<D> live, List<Delivery> batch, Outcome outcome) {
    batches--;
    applied.add(outcome.applied());
    duplicates.add(outcome.duplicates());
    gaps.add(outcome.gaps());
    for (Delivery delivery : batch) {
      Optional<Outcome.Poison> poison = outcome.poison(delivery.event());
      if (poison.isPresent()) {
        setAside(live, delivery, poison.get());
      } else {
        delivery.ack();
        live.settled(delivery.event());
      }
    }
  }

  /** What it waits for may be in another instance's hands: it is given back some times. */
  private void setAside(Applier<D> live, Delivery delivery, Outcome.Poison poison) {
    if (!(poison.cause() instanceof Missing)) {
      park(delivery, poison);
    } else if (delivery.retries() < TRIES) {
      vertx.setTimer(pace.patience().toMillis(), _ -> delivery.retry(poison.cause().toString()));
    } else {
      live.giveUp(delivery.event().stream(), poison)
          .subscribe()
          .with(_ -> park(delivery, poison), failure -> delivery.retry(failure.toString()));
    }
  }

  private static void park(Delivery delivery, Outcome.Poison poison) {
    Recorded<StoredEvent> event = delivery.event();
    delivery.park(
        poison.revision() == event.revision()
            ? poison.cause().toString()
            : Parking.waitsBehind(poison.revision()));
  }

  private void giveBack(List<Delivery> batch, Throwable failure) {
    batches--;
    subscription.restart(batch.getFirst(), failure);
    batch.forEach(delivery -> delivery.retry("not applied: " + failure));
  }

  /** Builds in the background, until there is a live build. */
  private void build() {
    Thread thread =
        Thread.ofVirtual().name("building " + projection.name()).unstarted(this::buildAll);
    if (builder.compareAndSet(null, thread)) {
      thread.start();
    }
  }

  private void buildAll() {
    try {
      long pause = PAUSE.toMillis();
      while (!stopped && !buildSome(pause)) {
        Thread.sleep(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE.toMillis());
      }
      if (started) {
        subscription.openNow();
      } else if (!stopped) {
        started = true;
        subscription.start();
      }
    } catch (InterruptedException e) {
      LOG.debugf(e, "%s: building stopped", projection.name());
    } finally {
      builder.set(null);
    }
  }

  private boolean buildSome(long pause) throws InterruptedException {
    if (!oneBuild.tryLock(SLICE.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    try {
      building.dropUnneeded();
      Optional<String> live = trusted().await().atMost(SLICE);
      return live.isPresent() ? mend(live.get()) : slice(SLICE).filter(Slice::complete).isPresent();
    } catch (RuntimeException e) {
      if (stopped) {
        return false;
      }
      LOG.logf(
          e instanceof Away || e.toString().equals(said) ? Logger.Level.DEBUG : Logger.Level.WARN,
          "%s: can't be built now (%s); again in %d ms",
          projection.name(),
          e,
          pause);
      said = e.toString();
      return false;
    } finally {
      oneBuild.unlock();
    }
  }

  /** The build that this version keeps up to date, where it is there and of the store's log. */
  private Uni<Optional<String>> trusted() {
    return builds
        .live()
        .chain(
            live ->
                live.isEmpty()
                    ? Uni.createFrom().item(live)
                    : sameLog.holds(live.get()).map(same -> live.filter(_ -> same)));
  }

  private boolean mend(String live) throws InterruptedException {
    Checkpoint found = builds.checkpoint(live).await().atMost(SLICE);
    Checkpoint known = checkpoints.judge(found);
    if (!known.equals(found)) {
      // What was acknowledged here went to a Redis that is not the one in charge any more.
      builds.retract(known).await().atMost(SLICE);
    }
    if (!known.whole()) {
      checkpoints.add(building.mend(known));
    }
    return true;
  }

  /** Opens the source only while there are whole read models, in a Redis that answers. */
  private final class OfWholeReadModels implements Source {

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
      return trusted()
          .chain(
              live ->
                  live.isEmpty()
                      ? buildFirst("the read models are being built")
                      : builds.checkpoint(live.get()).chain(found -> open(sink, found)));
    }

    private Uni<Session> open(Sink sink, Checkpoint found) {
      if (!checkpoints.judge(found).whole()) {
        return buildFirst("the read models may have lost events");
      }
      checkpoints.add(found);
      applier = appliers.of(found.build());
      return discards.refresh().chain(() -> source.open(sink));
    }

    private Uni<Session> buildFirst(String reason) {
      build();
      return Uni.createFrom().failure(new Away(reason));
    }
  }
}
