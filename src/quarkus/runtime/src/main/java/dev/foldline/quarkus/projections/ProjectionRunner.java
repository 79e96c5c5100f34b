package dev.foldline.quarkus.projections;

import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.EventCodec;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.StoredEvent;
import dev.foldline.eventstoredb.connector.Delivery;
import dev.foldline.eventstoredb.connector.Group;
import dev.foldline.eventstoredb.connector.ParkedEvents;
import dev.foldline.eventstoredb.connector.PersistentSource;
import dev.foldline.eventstoredb.connector.Source;
import dev.foldline.eventstoredb.connector.SubscriptionHealth;
import dev.foldline.eventstoredb.connector.SupervisedSubscription;
import dev.foldline.redis.Builds;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.Outcome;
import dev.foldline.redis.Projector;
import dev.foldline.redis.ReadModels;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the read models of one projection up to date, from a persistent subscription that is named
 * after it and its version.
 *
 * <p>Nothing is acknowledged that was not applied. While Redis is away the subscription is closed,
 * so that events wait in the store and are not counted as failing. Where there are no read models
 * yet, or no more, they are built first. An event that can't be applied is parked, and the later
 * ones of its stream behind it, since a document without it would be wrong, unless told otherwise.
 */
public final class ProjectionRunner<D, E> {

  private static final Logger LOG = Logger.getLogger(ProjectionRunner.class);
  private static final int BUFFER = 2_000;
  private static final int BATCH = 500;
  private static final int BATCHES_AT_ONCE = 2;
  private static final Duration SLICE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Projection<D, E> projection;
  private final EventStore store;
  private final EventCodec codec;
  private final ReadModels models;
  private final OnPoison onPoison;
  private final Builds builds;
  private final Building building;
  private final SupervisedSubscription subscription;
  private final LongAdder applied = new LongAdder();
  private final LongAdder duplicates = new LongAdder();
  private final LongAdder gaps = new LongAdder();
  private final LongAdder parked = new LongAdder();
  private final AtomicReference<@Nullable Thread> builder = new AtomicReference<>();
  private volatile @Nullable Projector<StoredEvent, D, E> projector;
  private volatile boolean stopped;
  private int batches;

  public ProjectionRunner(
      Vertx vertx,
      EventStore store,
      EventCodec codec,
      ReadModels models,
      Projection<D, E> projection,
      OnPoison onPoison) {
    this.projection = projection;
    this.store = store;
    this.codec = codec;
    this.models = models;
    this.onPoison = onPoison;
    this.builds = new Builds(models, projection);
    Group group = group(projection);
    this.building = new Building(store, builds, group, this::projector);
    this.subscription =
        new SupervisedSubscription(
            new OfWholeReadModels(new PersistentSource(store, group, false)),
            vertx,
            ((VertxInternal) vertx).createEventLoopContext(),
            SupervisedSubscription.Timing.DEFAULT,
            this::takeBatches);
  }

  private static Group group(Projection<?, ?> projection) {
    return Group.ofCategory(
        projection.name() + "-v" + projection.version(), projection.category(), BUFFER);
  }

  private Projector<StoredEvent, D, E> projector(String build) {
    return new Projector<>(models, projection, build, onPoison, this::decode, store::read);
  }

  /** Starts, and returns at once. */
  public void start() {
    subscription.start();
  }

  /**
   * Takes nothing more, and ends when what is in hand is applied.
   *
   * @param limit how long to wait for that
   */
  public Uni<Void> stop(Duration limit) {
    stopped = true;
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
   * @return whether they are complete, and read by queries from now on
   */
  public boolean rebuild(Duration limit) throws InterruptedException {
    boolean complete = building.slice(limit);
    if (complete) {
      subscription.openNow();
    }
    return complete;
  }

  /** The events that could not be applied. */
  public ParkedEvents parkedEvents() {
    return new ParkedEvents(store, group(projection).name());
  }

  /**
   * Applies the events of a stream to the code as it is, without writing anything: what a replay of
   * its parked events would lead to.
   *
   * @return its document; fails as the first event does that can't be applied
   */
  public Uni<Optional<D>> dryRun(String stream) {
    return dryRun(stream, 0, null);
  }

  private Uni<Optional<D>> dryRun(String stream, long from, @Nullable D document) {
    return store
        .read(stream, from, BATCH)
        .chain(
            events -> {
              @Nullable D folded = document;
              for (Recorded<StoredEvent> stored : events) {
                for (Recorded<E> event : decode(stored)) {
                  folded = projection.project().apply(folded, event).document();
                }
              }
              return events.size() < BATCH
                  ? Uni.createFrom().item(Optional.ofNullable(folded))
                  : dryRun(stream, events.getLast().revision() + 1, folded);
            });
  }

  /** How far the last build is, or was, that this instance worked on. */
  public Builds.Progress building() {
    return building.progress();
  }

  /** Has queries read the version again that they read before the last switch. */
  public Uni<Void> switchBack() {
    return builds.switchBack();
  }

  public Projection<D, E> projection() {
    return projection;
  }

  /** How its subscription is. */
  public SubscriptionHealth health() {
    return subscription.health();
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

  /** How many events were set aside. */
  public long parked() {
    return parked.sum();
  }

  private List<Recorded<E>> decode(Recorded<StoredEvent> stored) {
    return stored.event().type().startsWith("$")
        ? List.of()
        : codec.decode(stored, projection.events());
  }

  private void takeBatches() {
    Projector<StoredEvent, D, E> live = projector;
    while (live != null && batches < BATCHES_AT_ONCE) {
      List<Delivery> batch = subscription.take(BATCH, BATCH);
      if (batch.isEmpty()) {
        return;
      }
      batches++;
      live.apply(batch.stream().map(Delivery::event).toList())
          .subscribe()
          .with(outcome -> settle(batch, outcome), failure -> giveBack(batch, failure));
    }
  }

  private void settle(List<Delivery> batch, Outcome outcome) {
    batches--;
    applied.add(outcome.applied());
    duplicates.add(outcome.duplicates());
    gaps.add(outcome.gaps());
    for (Delivery delivery : batch) {
      outcome
          .poison(delivery.event())
          .ifPresentOrElse(poison -> park(delivery, poison), delivery::ack);
    }
  }

  private void park(Delivery delivery, Outcome.Poison poison) {
    Recorded<StoredEvent> event = delivery.event();
    if (poison.revision() == event.revision()) {
      LOG.errorf(
          poison.cause(),
          "%s: event %d of %s can't be applied: parked",
          projection.name(),
          event.revision(),
          event.stream());
      delivery.park(poison.cause().toString());
    } else {
      delivery.park("waits behind event " + poison.revision() + " of its stream");
    }
    parked.increment();
  }

  private void giveBack(List<Delivery> batch, Throwable failure) {
    batches--;
    subscription.restart(failure);
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
      while (!stopped && !buildSome()) {
        Thread.sleep(PAUSE);
      }
      subscription.openNow();
    } catch (InterruptedException e) {
      LOG.debugf(e, "%s: building stopped", projection.name());
    } finally {
      builder.set(null);
    }
  }

  private boolean buildSome() throws InterruptedException {
    try {
      return builds.live().await().atMost(SLICE).isPresent() || building.slice(SLICE);
    } catch (RuntimeException e) {
      LOG.warnf("%s: can't be built now: %s", projection.name(), e);
      return false;
    }
  }

  /** Opens a source only while there are whole read models, in a Redis that answers. */
  private final class OfWholeReadModels implements Source {

    private final Source events;

    OfWholeReadModels(Source events) {
      this.events = events;
    }

    @Override
    public String describe() {
      return events.describe();
    }

    @Override
    public Uni<Session> open(Sink sink) {
      return builds
          .live()
          .chain(
              live -> {
                if (live.isEmpty()) {
                  build();
                  return Uni.createFrom()
                      .failure(new Unavailable("the read models are being built"));
                }
                projector = projector(live.get());
                return events.open(sink);
              });
    }
  }
}
