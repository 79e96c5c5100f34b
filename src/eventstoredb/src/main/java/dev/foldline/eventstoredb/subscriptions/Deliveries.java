package dev.foldline.eventstoredb.subscriptions;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * What came of a subscription and is not settled: it waits to be taken, its consumer has it in
 * hand, or was given up on. It happens on the subscription's context.
 */
final class Deliveries {

  private static final Logger LOG = Logger.getLogger(Deliveries.class);

  private final SupervisedSubscription.Consumer consumer;
  private final Duration settle;
  private final SubscriptionHealth health;
  private final Supplier<String> subscription;
  private final StreamQueues queues = new StreamQueues();
  private long askedAt = System.nanoTime();

  /**
   * @param settle how long the consumer may have something in hand, or leave what waits
   * @param subscription what it is called, for people
   */
  Deliveries(
      SupervisedSubscription.Consumer consumer,
      Duration settle,
      SubscriptionHealth health,
      Supplier<String> subscription) {
    this.consumer = consumer;
    this.settle = settle;
    this.health = health;
    this.subscription = subscription;
  }

  /** They wait from now on. */
  void add(List<Delivery> deliveries) {
    if (!queues.hasReady()) {
      askedAt = System.nanoTime();
    }
    deliveries.forEach(queues::add);
    tell(consumer::available);
  }

  /** The consumer asks for some. */
  List<Delivery> take(int limit, int perStream) {
    askedAt = System.nanoTime();
    List<Delivery> taken = queues.take(limit, perStream);
    if (!taken.isEmpty()) {
      health.has(queues.inHand(), queues.late());
    }
    return taken;
  }

  /** How many times that something was taken the consumer is not done with. */
  int batches() {
    return queues.batches();
  }

  /** One in hand waits again, once it is settled. */
  void putBack(Delivery delivery) {
    queues.putBack(delivery);
  }

  /** They are not in hand any more. */
  void settled(List<Delivery> deliveries) {
    deliveries.forEach(queues::release);
    changed();
  }

  /** The consumer is back from one that was given up. */
  void back(Delivery delivery) {
    queues.back(delivery);
    changed();
  }

  private void changed() {
    health.has(queues.inHand(), queues.late());
    if (queues.hasReady() || queues.inHand() == 0) {
      tell(consumer::available);
    }
  }

  private void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s: its consumer threw", subscription.get());
    }
  }

  /** Looks at how long things take, and gives up what takes too long. */
  void watch() {
    health.oldest(queues.oldest());
    for (Delivery late : queues.takenBefore(System.nanoTime() - settle.toNanos())) {
      late.giveUp().ifPresent(standIn -> giveUp(late, standIn));
    }
  }

  private void giveUp(Delivery late, Delivery standIn) {
    queues.replace(late, standIn);
    health.has(queues.inHand(), queues.late());
    TimeoutException reason =
        new TimeoutException("not settled within " + settle.toMillis() + " ms");
    LOG.warnf(
        "%s: event %d of %s is given up: %s",
        subscription.get(), late.event().revision(), late.event().stream(), reason.getMessage());
    tell(() -> consumer.givenUp(standIn, reason));
  }

  /**
   * Whether the consumer has left what waits for too long. Not while anything is in hand: closed,
   * the subscription could not tell the server what became of it.
   */
  boolean areLeft() {
    return queues.hasReady()
        && queues.inHand() == 0
        && System.nanoTime() - askedAt > settle.toNanos();
  }

  /** Whether nothing waits, nor is in hand. */
  boolean areNone() {
    return queues.isEmpty();
  }

  /** Forgets what is not in hand. */
  void dropWaiting() {
    queues.dropWaiting();
  }
}
