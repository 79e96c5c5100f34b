package dev.foldline.quarkus.projections;

import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.eventstoredb.EventCodec;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.StoredEvent;
import dev.foldline.eventstoredb.connector.Delivery;
import dev.foldline.eventstoredb.connector.Group;
import dev.foldline.eventstoredb.connector.PersistentSource;
import dev.foldline.eventstoredb.connector.Source;
import dev.foldline.eventstoredb.connector.SubscriptionHealth;
import dev.foldline.eventstoredb.connector.SupervisedSubscription;
import dev.foldline.redis.Outcome;
import dev.foldline.redis.Projector;
import dev.foldline.redis.ReadModels;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the read models of one projection up to date, from a persistent subscription that is named
 * after it.
 *
 * <p>Nothing is acknowledged that was not applied. While Redis is away the subscription is closed,
 * so that events wait in the store and are not counted as failing. An event that can't be applied
 * is parked, and the later ones of its stream behind it, since a document without it would be
 * wrong.
 */
public final class ProjectionRunner<D, E> {

  private static final Logger LOG = Logger.getLogger(ProjectionRunner.class);
  private static final int BUFFER = 2_000;
  private static final int BATCH = 500;
  private static final int BATCHES_AT_ONCE = 2;

  private final Projection<D, E> projection;
  private final EventCodec codec;
  private final Projector<StoredEvent, D, E> projector;
  private final SupervisedSubscription subscription;
  private final LongAdder applied = new LongAdder();
  private final LongAdder duplicates = new LongAdder();
  private final LongAdder gaps = new LongAdder();
  private final LongAdder parked = new LongAdder();
  private int batches;

  public ProjectionRunner(
      Vertx vertx,
      EventStore store,
      EventCodec codec,
      ReadModels models,
      Projection<D, E> projection) {
    this.projection = projection;
    this.codec = codec;
    this.projector = new Projector<>(models, projection, this::decode, store::read);
    Source events =
        new PersistentSource(
            store, Group.ofCategory(projection.name(), projection.category(), BUFFER), false);
    this.subscription =
        new SupervisedSubscription(
            new WhileRedisAnswers(models, events),
            vertx,
            ((VertxInternal) vertx).createEventLoopContext(),
            SupervisedSubscription.Timing.DEFAULT,
            this::takeBatches);
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
    return subscription.stop(limit);
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

  private @Nullable Recorded<E> decode(Recorded<StoredEvent> stored) {
    return stored.event().type().startsWith("$")
        ? null
        : stored.map(event -> codec.decode(event, projection.events()));
  }

  private void takeBatches() {
    while (batches < BATCHES_AT_ONCE) {
      List<Delivery> batch = subscription.take(BATCH, BATCH);
      if (batch.isEmpty()) {
        return;
      }
      batches++;
      projector
          .apply(batch.stream().map(Delivery::event).toList())
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
          "%s: event %d of %s can't be applied: parked, and the later ones of its stream behind it",
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

  /** Opens a source only while Redis answers. */
  private record WhileRedisAnswers(ReadModels models, Source events) implements Source {

    @Override
    public String describe() {
      return events.describe();
    }

    @Override
    public Uni<Session> open(Sink sink) {
      return models.ping().chain(() -> events.open(sink));
    }
  }
}
