package dev.foldline.eventstoredb.subscriptions;

import dev.foldline.eventstoredb.connection.Resolved;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One time that a source is opened: what comes of it, and what it is answered. Its source and its
 * deliveries call it from any thread; the rest happens on the subscription's context.
 */
final class SubscriptionAttempt implements Source.Sink {

  private final SupervisedSubscription subscription;
  private final Deliveries deliveries;
  private final Context context;
  private final int number;
  private final Queue<Delivery> arrived = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean draining = new AtomicBoolean();
  private final Queue<Delivery> acked = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean flushing = new AtomicBoolean();
  private @Nullable Cancellable opening;
  private Source.@Nullable Session session;
  private @Nullable Uni<Void> closing;
  private boolean probing;

  SubscriptionAttempt(
      SupervisedSubscription subscription, Deliveries deliveries, Context context, int number) {
    this.subscription = subscription;
    this.deliveries = deliveries;
    this.context = context;
    this.number = number;
  }

  int number() {
    return number;
  }

  @Override
  public void event(Resolved event, int retries) {
    arrived.add(new Delivery(this, event, retries));
    if (draining.compareAndSet(false, true)) {
      context.runOnContext(_ -> drain());
    }
  }

  @Override
  public void ended(Throwable cause) {
    context.runOnContext(_ -> subscription.ended(this, cause));
  }

  /** It is being opened. */
  void opens(Cancellable begun) {
    opening = begun;
  }

  /** It is open. */
  void confirmed(Source.Session opened) {
    session = opened;
  }

  /** What comes before there is a session to settle it with has to wait for that. */
  void drain() {
    draining.set(false);
    if (session == null) {
      subscription.heard();
      return;
    }
    List<Delivery> came = new ArrayList<>();
    Delivery delivery = arrived.poll();
    while (delivery != null) {
      came.add(delivery);
      delivery = arrived.poll();
    }
    subscription.arrived(this, came);
  }

  void ack(Delivery delivery) {
    acked.add(delivery);
    if (flushing.compareAndSet(false, true)) {
      context.runOnContext(_ -> flush());
    }
  }

  /** All acknowledgements that came together go in one message. */
  private void flush() {
    flushing.set(false);
    List<Delivery> done = new ArrayList<>();
    Delivery delivery = acked.poll();
    while (delivery != null) {
      done.add(delivery);
      delivery = acked.poll();
    }
    if (!done.isEmpty()) {
      answer(open -> open.ack(done.stream().map(Delivery::resolved).toList()));
      deliveries.settled(done);
    }
  }

  void nack(Delivery delivery, Source.Nack action, String reason) {
    context.runOnContext(
        _ -> {
          answer(open -> open.nack(action, reason, delivery.resolved()));
          deliveries.settled(List.of(delivery));
        });
  }

  /** It is to be handed out again, before the later events of its stream. */
  void putBack(Delivery delivery) {
    context.runOnContext(_ -> subscription.putBack(delivery));
  }

  void leave(Delivery delivery) {
    context.runOnContext(_ -> deliveries.settled(List.of(delivery)));
  }

  /** The consumer is back from what was given up. */
  void back(Delivery delivery) {
    context.runOnContext(_ -> deliveries.back(delivery));
  }

  private void answer(Consumer<Source.Session> verb) {
    if (session != null && subscription.uses(this)) {
      try {
        verb.accept(session);
      } catch (RuntimeException e) {
        subscription.ended(this, e);
      }
    }
  }

  /** Asks the server how it is, unless it was asked and has not answered yet. */
  void probe(Duration limit, Consumer<Source.Probe> told, Consumer<Throwable> failed) {
    if (session != null && !probing) {
      probing = true;
      asked(session, limit)
          .onTermination()
          .invoke(() -> context.runOnContext(_ -> probing = false))
          .subscribe()
          .with(told, failed);
    }
  }

  /** Nobody answers acknowledgements; but what is answered behind them says that they arrived. */
  Uni<Void> acksArrived(Duration limit) {
    return session == null
        ? Uni.createFrom().voidItem()
        : asked(session, limit).replaceWithVoid().onFailure().recoverWithNull();
  }

  private static Uni<Source.Probe> asked(Source.Session session, Duration limit) {
    return Uni.createFrom().deferred(session::probe).ifNoItem().after(limit).fail();
  }

  /** Closes what is open of it, once; or opens it no further. */
  Uni<Void> close(Consumer<Throwable> failed) {
    if (closing == null) {
      if (session == null) {
        if (opening != null) {
          opening.cancel();
        }
        return Uni.createFrom().voidItem();
      }
      closing =
          session
              .close()
              .onFailure()
              .invoke(failed)
              .onFailure()
              .recoverWithNull()
              .memoize()
              .indefinitely();
    }
    return closing;
  }
}
