package dev.foldline.eventstoredb.connector;

import com.eventstore.dbclient.NackAction;
import com.eventstore.dbclient.ResolvedEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A subscription that never dies in silence.
 *
 * <p>Whatever ends it, it is opened again, with back-off; a watchdog finds the ends that nobody
 * told. Its deliveries are taken in hand by the consumer, many streams at once and each only once,
 * in the order of the stream, and settled in any order. Everything happens on one Vert.x context:
 * {@link #take} is called there, and the consumer is told there that there is something to take.
 */
public final class SupervisedSubscription {

  private static final Logger LOG = Logger.getLogger(SupervisedSubscription.class);
  private static final long FIRST_BACKOFF_MS = 100;
  private static final long LONGEST_BACKOFF_MS = 10_000;
  private static final Duration STOP_POLL = Duration.ofMillis(10);

  private final Source source;
  private final Vertx vertx;
  private final Context context;
  private final Timing timing;
  private final Runnable available;
  private final StreamQueues queues = new StreamQueues();
  private final SubscriptionHealth health;

  private @Nullable Attempt current;
  private @Nullable Cancellable opening;
  private boolean stopped;
  private int failures;

  /** The cause that was told last: one that lasts is told once. */
  private String said = "";

  private long watchdog = -1;
  private long reopening = -1;

  /**
   * How long it waits for what.
   *
   * @param open for the subscription to be confirmed
   * @param watch between two looks of the watchdog
   * @param idle without any event, until it is opened anew, in case it ended in silence
   * @param settle for the consumer to settle anything of what it has in hand, until it counts as
   *     hung
   */
  public record Timing(Duration open, Duration watch, Duration idle, Duration settle) {

    public static final Timing DEFAULT =
        new Timing(
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            Duration.ofMinutes(1),
            Duration.ofMinutes(1));

    public Timing settle(Duration limit) {
      return new Timing(open, watch, idle, limit);
    }
  }

  /**
   * @param context where everything happens
   * @param available told on the context that there may be something to take; does not throw
   */
  public SupervisedSubscription(
      Source source, Vertx vertx, Context context, Timing timing, Runnable available) {
    this.source = source;
    this.vertx = vertx;
    this.context = context;
    this.timing = timing;
    this.available = available;
    this.health = new SubscriptionHealth(source.describe(), timing.settle());
  }

  /** Opens it. Returns at once. */
  public void start() {
    context.runOnContext(
        _ -> {
          watchdog =
              vertx.setPeriodic(timing.watch().toMillis(), _ -> context.runOnContext(_ -> watch()));
          open();
        });
  }

  /**
   * Stops taking, and closes it once everything in hand is settled.
   *
   * @param limit how long to wait for that; the rest is delivered again, to whoever asks
   */
  public Uni<Void> stop(Duration limit) {
    return Uni.createFrom()
        .<Boolean>emitter(
            emitter ->
                context.runOnContext(
                    _ -> {
                      stopped = true;
                      queues.dropWaiting();
                      emitter.complete(true);
                    }))
        .chain(() -> settled(System.nanoTime() + limit.toNanos()))
        .chain(
            () ->
                Uni.createFrom()
                    .<Uni<Void>>emitter(
                        emitter -> context.runOnContext(_ -> emitter.complete(close()))))
        .chain(closing -> closing);
  }

  private Uni<Void> settled(long deadline) {
    return Uni.createFrom()
        .item(queues::inHand)
        .onItem()
        .delayIt()
        .by(STOP_POLL)
        .chain(
            inHand ->
                inHand == 0 || System.nanoTime() > deadline
                    ? Uni.createFrom().voidItem()
                    : settled(deadline));
  }

  private Uni<Void> close() {
    vertx.cancelTimer(watchdog);
    vertx.cancelTimer(reopening);
    if (opening != null) {
      opening.cancel();
    }
    Attempt attempt = current;
    current = null;
    health.stopped();
    return attempt == null ? Uni.createFrom().voidItem() : attempt.close();
  }

  /** Closes it and opens it again, with back-off, because its consumer can't go on. */
  public void restart(Throwable cause) {
    context.runOnContext(
        _ -> {
          if (current != null) {
            lost(current, cause);
          }
        });
  }

  /** Opens it at once, if it waits to be opened again. */
  public void openNow() {
    context.runOnContext(
        _ -> {
          if (current == null && vertx.cancelTimer(reopening)) {
            failures = 0;
            open();
          }
        });
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
    List<Delivery> taken = queues.take(limit, perStream);
    health.inHand(queues.inHand());
    return taken;
  }

  private void tellAvailable() {
    try {
      available.run();
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s: its consumer threw", source.describe());
    }
  }

  private void open() {
    open(Logger.Level.INFO);
  }

  private void open(Logger.Level level) {
    if (stopped) {
      return;
    }
    Attempt attempt = new Attempt();
    current = attempt;
    opening =
        source
            .open(attempt)
            .ifNoItem()
            .after(timing.open())
            .fail()
            .subscribe()
            .with(
                session -> context.runOnContext(_ -> opened(attempt, session, level)),
                failure -> attempt.ended(failure));
  }

  private void opened(Attempt attempt, Source.Session session, Logger.Level level) {
    attempt.session = session;
    if (attempt != current) {
      attempt.abandon();
      return;
    }
    LOG.logf(level, "%s: subscribed", source.describe());
    failures = 0;
    said = "";
    health.subscribed();
    attempt.drain();
  }

  private void lost(Attempt attempt, Throwable cause) {
    if (attempt != current) {
      return;
    }
    current = null;
    attempt.abandon();
    queues.dropWaiting();
    if (stopped) {
      return;
    }
    long delay =
        Math.min(FIRST_BACKOFF_MS << Math.min(failures++, 10), LONGEST_BACKOFF_MS)
            + ThreadLocalRandom.current().nextLong(FIRST_BACKOFF_MS);
    health.lost(cause);
    LOG.logf(
        String.valueOf(cause).equals(said) ? Logger.Level.DEBUG : Logger.Level.WARN,
        "%s: lost (%s); again in %d ms",
        source.describe(),
        cause,
        delay);
    said = String.valueOf(cause);
    reopening = vertx.setTimer(delay, _ -> context.runOnContext(_ -> open()));
  }

  /** Opens it anew, though nothing is known to be wrong. */
  private void renew(Attempt attempt) {
    current = null;
    attempt.abandon();
    queues.dropWaiting();
    open(Logger.Level.DEBUG);
  }

  private void watch() {
    health.oldest(queues.oldest());
    Attempt attempt = current;
    if (attempt == null || attempt.session == null || stopped) {
      return;
    }
    if (queues.inHand() == 0 && health.idle().compareTo(timing.idle()) > 0) {
      health.heard();
      renew(attempt);
      return;
    }
    attempt
        .session
        .probe()
        .ifNoItem()
        .after(timing.open())
        .fail()
        .subscribe()
        .with(
            probe -> {
              health.probed(probe);
              probe.dead().ifPresent(reason -> attempt.ended(new IllegalStateException(reason)));
            },
            failure -> LOG.debugf(failure, "%s: can't be probed", source.describe()));
  }

  /** One time that the source was open. */
  final class Attempt implements Source.Sink {

    private final Queue<Delivery> arrived = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final List<ResolvedEvent> acks = new ArrayList<>();
    private Source.@Nullable Session session;

    @Override
    public void event(ResolvedEvent event, int retries) {
      arrived.add(new Delivery(this, event, retries));
      if (draining.compareAndSet(false, true)) {
        context.runOnContext(_ -> drain());
      }
    }

    @Override
    public void ended(Throwable cause) {
      context.runOnContext(_ -> lost(this, cause));
    }

    /** What comes before there is a session to settle it with has to wait for that. */
    private void drain() {
      draining.set(false);
      health.heard();
      if (session == null) {
        return;
      }
      Delivery delivery = arrived.poll();
      while (delivery != null) {
        if (this == current && !stopped) {
          queues.add(delivery);
        }
        delivery = arrived.poll();
      }
      tellAvailable();
    }

    void ack(Delivery delivery) {
      context.runOnContext(
          _ -> {
            if (acks.isEmpty()) {
              context.runOnContext(_ -> flush());
            }
            acks.add(delivery.resolved());
            settle(delivery);
          });
    }

    void nack(Delivery delivery, NackAction action, String reason) {
      context.runOnContext(
          _ -> {
            if (this == current && session != null) {
              session.nack(action, reason, delivery.resolved());
            }
            settle(delivery);
          });
    }

    /** It is to be handed out again, before the later events of its stream. */
    void putBack(Delivery delivery) {
      context.runOnContext(
          _ -> {
            if (this == current && !stopped) {
              queues.putBack(delivery);
            }
            settle(delivery);
          });
    }

    private void settle(Delivery delivery) {
      queues.release(delivery);
      health.settled(queues.inHand());
      if (queues.hasReady() || queues.inHand() == 0) {
        tellAvailable();
      }
    }

    /** All acknowledgements of a turn of the context go in one message. */
    private void flush() {
      if (this == current && session != null && !acks.isEmpty()) {
        session.ack(List.copyOf(acks));
        acks.clear();
      }
    }

    private void abandon() {
      close().subscribe().with(_ -> {});
    }

    private Uni<Void> close() {
      return session == null
          ? Uni.createFrom().voidItem()
          : session
              .close()
              .onFailure()
              .invoke(failure -> LOG.warnf("%s: %s", source.describe(), failure))
              .onFailure()
              .recoverWithNull();
    }
  }
}
