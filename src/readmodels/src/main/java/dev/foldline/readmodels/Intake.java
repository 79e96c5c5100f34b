package dev.foldline.readmodels;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.subscriptions.Delivery;
import dev.foldline.eventstoredb.subscriptions.Source;
import dev.foldline.eventstoredb.subscriptions.SubscriptionTiming;
import dev.foldline.eventstoredb.subscriptions.SupervisedSubscription;
import dev.foldline.redis.Applied;
import dev.foldline.redis.Missing;
import dev.foldline.redis.Order;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a subscription delivers, in batches, has it applied, and settles it: nothing is
 * acknowledged that was not applied. All of it happens on the subscription's context.
 */
final class Intake<D> {

  /** How many events are applied together at most. */
  static final int BATCH = 500;

  private static final int BATCHES_AT_ONCE = 4;

  /** How often an event is given back that waits for what can't be read, before it is parked. */
  private static final int TRIES = 5;

  private final Vertx vertx;
  private final Duration patience;
  private final Figures figures;
  private final Supplier<@Nullable Applier<D>> applier;
  private final SupervisedSubscription subscription;
  private int batches;

  /**
   * @param patience before an event is given back that waits for what can't be read
   * @param applier of the build that is kept up to date now, null while there is none
   */
  Intake(
      Source source,
      Vertx vertx,
      Duration patience,
      Figures figures,
      Supplier<@Nullable Applier<D>> applier) {
    this.vertx = vertx;
    this.patience = patience;
    this.figures = figures;
    this.applier = applier;
    this.subscription =
        new SupervisedSubscription(
            source,
            vertx,
            ((VertxInternal) vertx).createEventLoopContext(),
            SubscriptionTiming.DEFAULT,
            this::take);
  }

  SupervisedSubscription subscription() {
    return subscription;
  }

  private void take() {
    @Nullable Applier<D> live = applier.get();
    while (live != null && batches < BATCHES_AT_ONCE) {
      List<Delivery> batch = subscription.take(BATCH, BATCH);
      if (batch.isEmpty()) {
        return;
      }
      batches++;
      figures.addRetried(batch.stream().filter(delivery -> delivery.retries() > 0).count());
      live.apply(batch.stream().map(Delivery::event).toList(), Order.DELIVERED)
          .subscribe()
          .with(outcome -> settle(live, batch, outcome), failure -> giveBack(batch, failure));
    }
  }

  private void settle(Applier<D> live, List<Delivery> batch, Applied outcome) {
    batches--;
    figures.add(outcome);
    for (Delivery delivery : batch) {
      Optional<Applied.Poison> poison = outcome.poison(delivery.event());
      if (poison.isPresent()) {
        setAside(live, delivery, poison.get());
      } else {
        delivery.ack();
        live.settled(delivery.event());
      }
    }
  }

  /** What it waits for may be in another instance's hands: it is given back some times. */
  private void setAside(Applier<D> live, Delivery delivery, Applied.Poison poison) {
    if (!(poison.cause() instanceof Missing)) {
      park(delivery, poison);
    } else if (delivery.retries() < TRIES) {
      vertx.setTimer(patience.toMillis(), _ -> delivery.retry(poison.cause().toString()));
    } else {
      live.giveUp(delivery.event().stream(), poison)
          .subscribe()
          .with(_ -> park(delivery, poison), failure -> delivery.retry(failure.toString()));
    }
  }

  private static void park(Delivery delivery, Applied.Poison poison) {
    Recorded<StoredEvent> event = delivery.event();
    delivery.park(
        poison.revision() == event.revision()
            ? poison.cause().toString()
            : Surveys.waitsBehind(poison.revision()));
  }

  private void giveBack(List<Delivery> batch, Throwable failure) {
    batches--;
    subscription.restart(batch.getFirst(), failure);
    batch.forEach(delivery -> delivery.retry("not applied: " + failure));
  }
}
