package dev.foldline.readmodels;

import dev.foldline.core.Category;
import dev.foldline.core.Namespace;
import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.subscriptions.Group;
import dev.foldline.eventstoredb.subscriptions.ParkedEvents;
import dev.foldline.eventstoredb.subscriptions.PersistentSource;
import dev.foldline.eventstoredb.subscriptions.SubscriptionHealth;
import dev.foldline.eventstoredb.subscriptions.SupervisedSubscription;
import dev.foldline.redis.Builds;
import dev.foldline.redis.Checkpoint;
import dev.foldline.redis.Checkpoints;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.ReadModels;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the read models of one projection up to date, from a persistent subscription that is named
 * after the application's namespace, the projection and its version. What there is to do may be
 * divided between instances.
 *
 * <p>Nothing is acknowledged that was not applied. While Redis is away the subscription is closed,
 * so that events wait in the store and are not counted as failing. Where there are no read models
 * yet, or no more, they are built first. An event that can't be applied is parked, and the later
 * ones of its stream behind it, since a document without it would be wrong, unless told otherwise.
 */
public final class ProjectionRunner<D> {

  private static final Logger LOG = Logger.getLogger(ProjectionRunner.class);

  /** What an instance does of it. */
  public enum Duty {

    /** Applies events. */
    APPLY,

    /** Builds read models, keeps up to where they are whole, and mends what Redis has lost. */
    BUILD
  }

  private static final int BUFFER = 2_000;

  /** Whoever is that close behind the log is up to date. */
  private static final Duration UP_TO_DATE = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final Pace pace;
  private final Projection<D> projection;
  private final Discards discards;
  private final Applier.Factory<D> appliers;
  private final Builds builds;
  private final Watch watch;
  private final Parking<D> parking;
  private final Building building;
  private final Builder builder;
  private final PersistentSource source;
  private final WholeReadModels whole;
  private final Figures figures = new Figures();
  private final ParkedWatch parked;
  private final SupervisedSubscription subscription;
  private final Checkpoints checkpoints = new Checkpoints();
  private final AtomicBoolean keeping = new AtomicBoolean();

  private volatile @Nullable Applier<D> applier;
  private volatile Set<Duty> duties = Set.of();
  private volatile boolean areWhole;
  private volatile boolean stopped;
  private volatile boolean started;
  private long keepingTimer = -1;

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
        new Applier.Factory<>(store, codec, models, projection, onPoison, discards, figures);
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
    this.parked = new ParkedWatch(vertx, projection.name(), parking);
    this.building = new Building(store, builds, group, discards, appliers::of);
    this.builder =
        new Builder(
            projection.name(),
            builds,
            building,
            new SameLog(store, builds, appliers::of),
            checkpoints,
            built -> goOnWith(built.checkpoint()),
            this::goOn);
    this.source = new PersistentSource(store, group, false);
    this.whole =
        new WholeReadModels(
            source, builder, discards, this::known, this::goOnWith, this::areMissing);
    this.subscription =
        new Intake<>(whole, vertx, pace.patience(), figures, () -> applier).subscription();
  }

  private static Group group(Namespace namespace, Projection<?> projection) {
    return Group.ofCategories(
        namespace.of(projection.name() + "-v" + projection.version()),
        projection.categories().stream().map(Category::name).toList(),
        BUFFER);
  }

  /** Starts to do all that there is to do, and returns at once. */
  public void start() {
    start(EnumSet.allOf(Duty.class));
  }

  /**
   * Starts to do some of it, of which there is something, and returns at once. It subscribes when
   * there are whole read models, which it builds if there are none, or waits for whoever does.
   */
  public void start(Set<Duty> some) {
    duties = Set.copyOf(some);
    keepingTimer = vertx.setPeriodic(pace.keep().toMillis(), _ -> tick());
    watch.begin();
    if (duties.contains(Duty.APPLY)) {
      parked.begin(pace.survey());
    }
    tick();
    if (duties.contains(Duty.BUILD)) {
      builder.begin();
    } else {
      goOn();
    }
  }

  private void tick() {
    boolean builds = duties.contains(Duty.BUILD);
    if (checkpoints.last().isPresent()) {
      goOnFrom(checkpoints.last().get(), builds ? this::keep : this::follow);
    } else if (builds && !duties.contains(Duty.APPLY)) {
      check();
    }
    watch.look(checkpoints.last().filter(_ -> isUpToDate()));
  }

  /** The lag is of what was delivered, the backlog of what was not. */
  private boolean isUpToDate() {
    SubscriptionHealth now = health();
    return now.isSubscribed()
        && now.lag().compareTo(UP_TO_DATE) < 0
        && now.backlog() < Intake.BATCH;
  }

  /**
   * Goes on to up to where everything is applied for sure; or finds that it is not any more.
   *
   * @param next finds that, from the last one
   */
  private void goOnFrom(Checkpoint last, Function<Checkpoint, Uni<Checkpoint>> next) {
    if (isClosed() || !keeping.compareAndSet(false, true)) {
      return;
    }
    mustBeLive(last.build())
        .chain(() -> next.apply(last))
        .call(reached -> keepLandmark(reached.build()))
        .onTermination()
        .invoke(() -> keeping.set(false))
        .subscribe()
        .with(reached -> checkpoints.add(reached, last), this::lookAgain);
  }

  /** Keeps it, for others too. */
  private Uni<Checkpoint> keep(Checkpoint last) {
    return source
        .settled()
        .onFailure()
        .recoverWithItem(-1L)
        .map(settled -> last.at(Math.max(settled, last.position())))
        .chain(builds.checkpoints()::goOn);
  }

  /** Learns what others keep. */
  private Uni<Checkpoint> follow(Checkpoint last) {
    return known(last.build())
        .invoke(
            known -> {
              if (!known.whole()) {
                throw new Unavailable("the read models may have lost events");
              }
            });
  }

  /**
   * Up to where a build has every event. Who leaves it to others to mend what a Redis has not that
   * is in charge now goes on from there, when they have.
   */
  private Uni<Checkpoint> known(String live) {
    return builder
        .known(live)
        .invoke(
            known -> {
              if (!known.whole() && !duties.contains(Duty.BUILD)) {
                checkpoints.add(known);
              }
            });
  }

  /** Whether it looks already whether there are whole read models. */
  private boolean isClosed() {
    return duties.contains(Duty.APPLY) && !health().isSubscribed();
  }

  private Uni<Void> mustBeLive(String build) {
    return builds
        .live()
        .invoke(
            live -> {
              if (!live.equals(Optional.of(build))) {
                throw new Unavailable("the read models are lost or replaced");
              }
            })
        .replaceWithVoid();
  }

  private void lookAgain(Throwable cause) {
    if (duties.contains(Duty.APPLY)) {
      subscription.reopen(cause);
    } else {
      check();
    }
  }

  private void check() {
    whole
        .check()
        .subscribe()
        .with(_ -> {}, failure -> LOG.debugf(failure, "%s: not whole", projection.name()));
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
    parked.end();
    vertx.cancelTimer(keepingTimer);
    builder.end();
    return subscription.stop(limit);
  }

  /**
   * Builds the read models anew, beside those that are read, for a while. Blocks.
   *
   * @param limit after which it stops, to be gone on with
   * @return what it did; nothing where they are being built already, here or by another instance
   */
  public Optional<Slice> rebuild(Duration limit) throws InterruptedException {
    Optional<Slice> built = builder.rebuild(limit);
    if (built.filter(Slice::complete).isPresent() && duties.contains(Duty.APPLY)) {
      subscription.openNow();
    }
    return built;
  }

  private void areMissing() {
    areWhole = false;
    if (duties.contains(Duty.BUILD)) {
      builder.begin();
    }
  }

  /** There are whole read models; or whoever builds them is waited for. */
  private void goOn() {
    if (!duties.contains(Duty.APPLY)) {
      check();
    } else if (started) {
      subscription.openNow();
    } else if (!stopped) {
      started = true;
      subscription.start();
    }
  }

  private void goOnWith(Checkpoint found) {
    areWhole = true;
    checkpoints.add(found);
    applier = appliers.of(found.build());
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
    String work =
        duties.contains(Duty.APPLY)
            ? health().describe()
            : "read models, " + (areWhole ? "whole" : "being built or mended");
    return work + watch.describe();
  }

  /**
   * Whether events can come, or, where they are others', the read models are whole; and nothing of
   * them is evicted.
   */
  public boolean isReady() {
    boolean isAtWork = duties.contains(Duty.APPLY) ? health().isSubscribed() : areWhole;
    return isAtWork && !watch.isEvicted();
  }

  /** What it did. */
  public Figures figures() {
    return figures;
  }

  /** What is parked. */
  public ParkedWatch parked() {
    return parked;
  }

  /** How much of the log is in the read models, from 0 to 1, while they are built; else 1. */
  public double buildRatio() {
    return building.ratio();
  }
}
