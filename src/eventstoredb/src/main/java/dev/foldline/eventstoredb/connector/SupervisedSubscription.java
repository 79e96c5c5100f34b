package dev.foldline.eventstoredb.connector;

import com.eventstore.dbclient.NackAction;
import com.eventstore.dbclient.ResolvedEvent;
import dev.foldline.core.Away;
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
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private static final long FIRST_BACKOFF_MS = 100;
  private static final long LONGEST_BACKOFF_MS = 10_000;
  private static final Duration LAST_CALL = Duration.ofSeconds(1);

  private final Source source;
  private final Vertx vertx;
  private final Context context;
  private final Timing timing;
  private final Consumer consumer;
  private final StreamQueues queues = new StreamQueues();
  private final SubscriptionHealth health;

  private @Nullable Attempt current;
  private @Nullable Cancellable opening;
  private boolean running;

  /** Whether it is closed until the consumer takes something. */
  private boolean resting;

  private int failures;
  private long askedAt = System.nanoTime();

  /** The cause that was told last: one that lasts is told once. */
  private String said = "";

  /** How its return is told: of a neighbour that is back, once for all is enough. */
  private Logger.Level back = Logger.Level.INFO;

  private long watchdog = -1;
  private long reopening = -1;

  /**
   * How long it waits for what.
   *
   * @param open for the subscription to be confirmed
   * @param watch between two looks of the watchdog
   * @param idle without any event, until it is opened anew, in case it ended in silence
   * @param settle for the consumer to settle what it has in hand, until that is given up, and to
   *     take what waits, until the subscription is closed
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
      Source source, Vertx vertx, Context context, Timing timing, Consumer consumer) {
    this.source = source;
    this.vertx = vertx;
    this.context = context;
    this.timing = timing;
    this.consumer = consumer;
    this.health = new SubscriptionHealth(source::describe);
  }

  /** Opens it, for the first time or after it was stopped. Returns at once. */
  public void start() {
    context.runOnContext(
        _ -> {
          if (!running) {
            running = true;
            failures = 0;
            vertx.cancelTimer(watchdog);
            watchdog =
                vertx.setPeriodic(
                    timing.watch().toMillis(), _ -> context.runOnContext(_ -> watch()));
            renew(Logger.Level.INFO);
          }
        });
  }

  /**
   * Stops taking, and closes it once everything in hand is settled, unless it is started before.
   *
   * @param limit how long to wait for that; the rest is delivered again, to whoever asks
   */
  public Uni<Void> stop(Duration limit) {
    return onContext(
            () -> {
              running = false;
              queues.dropWaiting();
              return Patience.until(() -> health.inHand() == 0, limit);
            })
        .chain(() -> onContext(() -> limit.isZero() ? Uni.createFrom().voidItem() : acksArrived()))
        .chain(() -> onContext(() -> running ? Uni.createFrom().voidItem() : close()));
  }

  /** Nobody answers acknowledgements; but what is answered behind them says that they arrived. */
  private Uni<Void> acksArrived() {
    Attempt attempt = current;
    return attempt == null || attempt.session == null
        ? Uni.createFrom().voidItem()
        : Uni.createFrom()
            .deferred(attempt.session::probe)
            .ifNoItem()
            .after(LAST_CALL)
            .fail()
            .replaceWithVoid()
            .onFailure()
            .recoverWithNull();
  }

  private Uni<Void> onContext(Supplier<Uni<Void>> task) {
    return Uni.createFrom()
        .<Uni<Void>>emitter(emitter -> context.runOnContext(_ -> emitter.complete(task.get())))
        .chain(done -> done);
  }

  private Uni<Void> close() {
    vertx.cancelTimer(watchdog);
    vertx.cancelTimer(reopening);
    if (opening != null) {
      opening.cancel();
    }
    Attempt attempt = current;
    current = null;
    resting = false;
    health.stopped();
    return attempt == null ? Uni.createFrom().voidItem() : attempt.close();
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
          Attempt attempt = current;
          if (attempt != null) {
            lost(attempt, cause);
          }
        });
  }

  /** Opens it at once, if it waits to be opened again. */
  public void openNow() {
    context.runOnContext(
        _ -> {
          if (current == null && vertx.cancelTimer(reopening)) {
            failures = 0;
            open(back);
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
    askedAt = System.nanoTime();
    if (resting) {
      open(Logger.Level.DEBUG);
    }
    List<Delivery> taken = queues.take(limit, perStream);
    if (!taken.isEmpty()) {
      health.has(queues.inHand(), queues.late());
    }
    return taken;
  }

  /** With how many takings the consumer is not done yet. Called on the context. */
  int batchesInHand() {
    return queues.batches();
  }

  private void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s: its consumer threw", source.describe());
    }
  }

  private void open(Logger.Level level) {
    if (!running) {
      return;
    }
    vertx.cancelTimer(reopening);
    resting = false;
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
    abandon();
    if (!running) {
      return;
    }
    long delay =
        Math.min(FIRST_BACKOFF_MS << Math.min(failures++, 10), LONGEST_BACKOFF_MS)
            + ThreadLocalRandom.current().nextLong(FIRST_BACKOFF_MS);
    health.lost(cause);
    Throwable meant = source.failed(cause);
    boolean told = meant instanceof Away;
    LOG.logf(
        told || String.valueOf(meant).equals(said) ? Logger.Level.DEBUG : Logger.Level.WARN,
        "%s: lost (%s); again in %d ms",
        source.describe(),
        cause,
        delay);
    said = String.valueOf(meant);
    back = told ? Logger.Level.DEBUG : Logger.Level.INFO;
    reopening = vertx.setTimer(delay, _ -> context.runOnContext(_ -> open(back)));
  }

  /** Opens it anew, though nothing is known to be wrong. */
  private void renew(Logger.Level level) {
    abandon();
    open(level);
  }

  private void rest() {
    LOG.infof("%s: closed until its consumer takes something", source.describe());
    abandon();
    resting = true;
    health.resting();
  }

  private void abandon() {
    if (current != null) {
      current.abandon();
      current = null;
    }
    queues.dropWaiting();
  }

  private void watch() {
    health.oldest(queues.oldest());
    giveUpWhatTakesTooLong();
    Attempt attempt = current;
    if (attempt == null || attempt.session == null || !running) {
      return;
    }
    if (mayRest() && System.nanoTime() - askedAt > timing.settle().toNanos()) {
      rest();
    } else if (queues.isEmpty() && health.idle().compareTo(timing.idle()) > 0) {
      health.heard();
      renew(Logger.Level.DEBUG);
    } else if (!attempt.probing) {
      attempt.probing = true;
      probe(attempt, attempt.session);
    }
  }

  /** Not while anything is in hand: closed, it could not tell the server what became of it. */
  private boolean mayRest() {
    return queues.hasReady() && queues.inHand() == 0;
  }

  private void giveUpWhatTakesTooLong() {
    for (Delivery late : queues.takenBefore(System.nanoTime() - timing.settle().toNanos())) {
      late.giveUp().ifPresent(standIn -> giveUp(late, standIn));
    }
  }

  private void giveUp(Delivery late, Delivery standIn) {
    queues.replace(late, standIn);
    health.has(queues.inHand(), queues.late());
    TimeoutException reason =
        new TimeoutException("not settled within " + timing.settle().toMillis() + " ms");
    LOG.warnf(
        "%s: event %d of %s is given up: %s",
        source.describe(), late.event().revision(), late.event().stream(), reason.getMessage());
    tell(() -> consumer.givenUp(standIn, reason));
  }

  private void probe(Attempt attempt, Source.Session session) {
    Uni.createFrom()
        .deferred(session::probe)
        .ifNoItem()
        .after(timing.open())
        .fail()
        .onTermination()
        .invoke(() -> context.runOnContext(_ -> attempt.probing = false))
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
    private final Queue<Delivery> acked = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean flushing = new AtomicBoolean();
    private Source.@Nullable Session session;
    private boolean probing;

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
      if (!queues.hasReady()) {
        askedAt = System.nanoTime();
      }
      Delivery delivery = arrived.poll();
      while (delivery != null) {
        if (isOpen()) {
          queues.add(delivery);
        }
        delivery = arrived.poll();
      }
      tell(consumer::available);
    }

    private boolean isOpen() {
      return this == current && running;
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
      List<ResolvedEvent> done = new ArrayList<>();
      Delivery delivery = acked.poll();
      while (delivery != null) {
        done.add(delivery.resolved());
        queues.release(delivery);
        delivery = acked.poll();
      }
      if (!done.isEmpty()) {
        answer(open -> open.ack(done));
        settled();
      }
    }

    void nack(Delivery delivery, NackAction action, String reason) {
      context.runOnContext(
          _ -> {
            answer(open -> open.nack(action, reason, delivery.resolved()));
            queues.release(delivery);
            settled();
          });
    }

    /** It is to be handed out again, before the later events of its stream. */
    void putBack(Delivery delivery) {
      context.runOnContext(
          _ -> {
            if (isOpen()) {
              queues.putBack(delivery);
            }
            queues.release(delivery);
            settled();
          });
    }

    void leave(Delivery delivery) {
      context.runOnContext(
          _ -> {
            queues.release(delivery);
            settled();
          });
    }

    /** The consumer is back from what was given up. */
    void back(Delivery delivery) {
      context.runOnContext(
          _ -> {
            queues.back(delivery);
            settled();
          });
    }

    private void answer(java.util.function.Consumer<Source.Session> verb) {
      if (this == current && session != null) {
        try {
          verb.accept(session);
        } catch (RuntimeException e) {
          lost(this, e);
        }
      }
    }

    private void settled() {
      health.has(queues.inHand(), queues.late());
      if (resting || queues.hasReady() || queues.inHand() == 0) {
        tell(consumer::available);
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
              .invoke(
                  failure ->
                      LOG.logf(
                          failure instanceof Away ? Logger.Level.DEBUG : Logger.Level.WARN,
                          "%s: %s",
                          source.describe(),
                          failure))
              .onFailure()
              .recoverWithNull();
    }
  }
}
