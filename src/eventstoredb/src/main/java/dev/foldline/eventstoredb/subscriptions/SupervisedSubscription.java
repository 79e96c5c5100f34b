package dev.foldline.eventstoredb.subscriptions;

import dev.foldline.core.Away;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Event;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Lost;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Opening;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Resting;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Stopped;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Stopping;
import dev.foldline.eventstoredb.subscriptions.SubscriptionState.Subscribed;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A subscription that never dies in silence.
 *
 * <p>Whatever ends it, it is opened again, with back-off; a watchdog finds the ends that nobody
 * told. Its deliveries are taken in hand by the consumer, many streams at once and each only once,
 * in the order of the stream, and settled in any order. Everything happens on one Vert.x context:
 * {@link #take} is called there, and the consumer is told there that there is something to take.
 *
 * <p>What the consumer does not settle in time is given up, so that its stream goes on. While it
 * takes nothing of what waits, and nothing is in hand, the subscription is closed until it does:
 * its events stay in the store or go to other instances, and are not parked for having waited here.
 */
public final class SupervisedSubscription {

  private static final Logger LOG = Logger.getLogger(SupervisedSubscription.class);
  private static final Duration LAST_CALL = Duration.ofSeconds(1);

  private final Source source;
  private final Vertx vertx;
  private final Context context;
  private final SubscriptionTiming timing;
  private final SubscriptionHealth health;
  private final Deliveries deliveries;

  private SubscriptionState state = new Stopped(0);
  private @Nullable SubscriptionAttempt current;
  private long watchdog = -1;

  /** Who takes deliveries. It is called on the context, and does not throw. */
  @FunctionalInterface
  public interface Consumer {

    /** There may be something to take. */
    void available();

    /** A delivery was given up, and is now settled in this way, whatever becomes of the first. */
    default void givenUp(Delivery delivery, Throwable reason) {
      delivery.retry(reason.toString());
    }
  }

  /**
   * @param context where everything happens
   */
  public SupervisedSubscription(
      Source source, Vertx vertx, Context context, SubscriptionTiming timing, Consumer consumer) {
    this.source = source;
    this.vertx = vertx;
    this.context = context;
    this.timing = timing;
    this.health = new SubscriptionHealth(source::describe);
    this.deliveries = new Deliveries(consumer, timing.settle(), health, source::describe);
  }

  /** Opens it, for the first time or after it was stopped. Returns at once. */
  public void start() {
    context.runOnContext(_ -> happened(new Event.Started()));
  }

  /**
   * Stops taking, and closes it once everything in hand is settled, unless it is started before.
   *
   * @param limit how long to wait for that; the rest is delivered again, to whoever asks
   */
  public Uni<Void> stop(Duration limit) {
    return onContext(
            () -> {
              happened(new Event.StopAsked());
              return Patience.until(() -> health.inHand() == 0, limit);
            })
        .chain(
            () ->
                onContext(
                    () ->
                        current == null || limit.isZero()
                            ? Uni.createFrom().voidItem()
                            : current.acksArrived(LAST_CALL)))
        .chain(() -> onContext(this::close));
  }

  private Uni<Void> close() {
    SubscriptionAttempt last = current;
    happened(new Event.Settled());
    if (state instanceof Stopped) {
      vertx.cancelTimer(watchdog);
      watchdog = -1;
    }
    return last == null || uses(last) ? Uni.createFrom().voidItem() : close(last);
  }

  private Uni<Void> onContext(Supplier<Uni<Void>> task) {
    return Uni.createFrom()
        .<Uni<Void>>emitter(emitter -> context.runOnContext(_ -> emitter.complete(task.get())))
        .chain(done -> done);
  }

  /**
   * Closes it and opens it again, with back-off, because its consumer can't go on.
   *
   * @param delivery that it can't go on with; it does nothing if it was opened anew since
   */
  public void restart(Delivery delivery, Throwable cause) {
    delivery.attempt().ended(cause);
  }

  /** The same, where what became of earlier deliveries is not known any more. */
  public void reopen(Throwable cause) {
    context.runOnContext(
        _ -> {
          if (current != null) {
            ended(current, cause);
          }
        });
  }

  /** Opens it at once, if it waits to be opened again. */
  public void openNow() {
    context.runOnContext(_ -> happened(new Event.Promising()));
  }

  /** How it is, for health and metrics. Safe for use by many threads. */
  public SubscriptionHealth health() {
    return health;
  }

  /**
   * Takes deliveries in hand. Called on the context.
   *
   * @param limit how many at most
   * @param perStream how many of one stream at most
   */
  public List<Delivery> take(int limit, int perStream) {
    happened(new Event.Asked());
    return deliveries.take(limit, perStream);
  }

  /** With how many takings the consumer is not done yet. Called on the context. */
  public int batchesInHand() {
    return deliveries.batches();
  }

  private void happened(Event event) {
    SubscriptionState next = state.after(event);
    if (next != state) {
      state = next;
      enter();
    }
  }

  private void enter() {
    SubscriptionAttempt last = current;
    if (last != null && !uses(last)) {
      abandon(last);
      current = null;
      deliveries.dropWaiting();
    }
    switch (state) {
      case Opening opening -> open(opening);
      case Subscribed(_, var told) -> {
        LOG.logf(told, "%s: subscribed", source.describe());
        health.subscribed();
      }
      case Lost lost -> waitToOpen(lost);
      case Resting _ -> {
        LOG.infof("%s: closed until its consumer takes something", source.describe());
        health.resting();
      }
      case Stopping _ -> deliveries.dropWaiting();
      case Stopped _ -> health.stopped();
    }
  }

  private void open(Opening opening) {
    if (watchdog < 0) {
      watchdog =
          vertx.setPeriodic(timing.watch().toMillis(), _ -> context.runOnContext(_ -> watch()));
    }
    SubscriptionAttempt attempt =
        new SubscriptionAttempt(this, deliveries, context, opening.attempt());
    current = attempt;
    attempt.opens(
        source
            .open(attempt)
            .ifNoItem()
            .after(timing.open())
            .fail()
            .subscribe()
            .with(
                session -> context.runOnContext(_ -> opened(attempt, session)),
                failure -> attempt.ended(failure)));
  }

  private void opened(SubscriptionAttempt attempt, Source.Session session) {
    attempt.confirmed(session);
    if (uses(attempt)) {
      happened(new Event.Confirmed(attempt.number()));
      attempt.drain();
    } else {
      abandon(attempt);
    }
  }

  void ended(SubscriptionAttempt attempt, Throwable cause) {
    if (uses(attempt)) {
      Throwable meaning = state instanceof Stopping ? cause : source.failed(cause);
      happened(new Event.Ended(attempt.number(), cause, meaning));
    }
  }

  private void waitToOpen(Lost lost) {
    health.lost(lost.cause());
    long delay = lost.trouble().backOff(ThreadLocalRandom.current());
    LOG.logf(lost.told(), "%s: lost (%s); again in %d ms", source.describe(), lost.cause(), delay);
    vertx.setTimer(delay, _ -> context.runOnContext(_ -> happened(new Event.Due(lost.attempt()))));
  }

  private void abandon(SubscriptionAttempt attempt) {
    close(attempt).subscribe().with(_ -> {});
  }

  private Uni<Void> close(SubscriptionAttempt attempt) {
    return attempt.close(
        failure ->
            LOG.logf(
                failure instanceof Away ? Logger.Level.DEBUG : Logger.Level.WARN,
                "%s: %s",
                source.describe(),
                failure));
  }

  /** Whether a time that the source was opened counts, if only to settle what came of it. */
  boolean uses(SubscriptionAttempt attempt) {
    return state.uses(attempt.number());
  }

  /** Something came before there is a session. */
  void heard() {
    health.heard();
  }

  void arrived(SubscriptionAttempt attempt, List<Delivery> came) {
    health.heard();
    deliveries.add(state.takes(attempt.number()) ? came : List.of());
  }

  void putBack(Delivery delivery) {
    if (state.takes(delivery.attempt().number())) {
      deliveries.putBack(delivery);
    }
    deliveries.settled(List.of(delivery));
  }

  private void watch() {
    deliveries.watch();
    SubscriptionAttempt attempt = current;
    if (attempt == null || !(state instanceof Subscribed)) {
      return;
    }
    if (deliveries.areLeft()) {
      happened(new Event.Untaken());
    } else if (deliveries.areNone() && health.idle().compareTo(timing.idle()) > 0) {
      happened(new Event.Idle());
    } else {
      probe(attempt);
    }
  }

  private void probe(SubscriptionAttempt attempt) {
    attempt.probe(
        timing.open(),
        probe -> {
          health.probed(probe);
          probe.dead().ifPresent(reason -> attempt.ended(new IllegalStateException(reason)));
        },
        failure -> LOG.debugf(failure, "%s: can't be probed", source.describe()));
  }
}
