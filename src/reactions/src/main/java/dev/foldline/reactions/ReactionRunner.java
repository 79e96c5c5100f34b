package dev.foldline.reactions;

import dev.foldline.core.Away;
import dev.foldline.core.Conflict;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.UnknownEvent;
import dev.foldline.eventstoredb.subscriptions.Delivery;
import dev.foldline.eventstoredb.subscriptions.SubscriptionHealth;
import dev.foldline.eventstoredb.subscriptions.SubscriptionTiming;
import dev.foldline.eventstoredb.subscriptions.SupervisedSubscription;
import dev.foldline.redis.Timers;
import io.smallrye.mutiny.Uni;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Has the effects of one reaction take place, from a persistent subscription that is named after
 * the application's namespace and the reaction.
 *
 * <p>An event is acknowledged when each of its effects has its outcome, and that is told. Inside an
 * instance the events of a stream are handled in their order. What fails is done again, with
 * back-off; while the store is away the subscription is closed, so that events wait there and are
 * not counted as failing. What can't be known or done without a person is parked. What there is to
 * do may be divided between instances.
 */
public final class ReactionRunner<E> {

  private static final Logger LOG = Logger.getLogger(ReactionRunner.class);

  /** What an instance does of it. */
  public enum Duty {

    /** Takes events, and has what follows from them take place. */
    REACT,

    /** Has reminders take place when they are due. */
    REMIND
  }

  /** How many events are in hand at most, each of another stream. */
  private static final int IN_HAND = 256;

  /** So often what fails in a way that nobody expects is done, until it is parked. */
  private static final int ATTEMPTS = 5;

  /** So often a stream is read back that takes too long, until the event is parked. */
  private static final int READINGS = 10;

  private static final long SHORTEST_PAUSE_MS = 20;
  private static final long LONGEST_PAUSE_MS = 10_000;

  /** What is read back of targets is kept up to so many bytes, by all reactions together. */
  private static final long READ_BACK_BYTES = 64 << 20;

  private final Engine engine;
  private final Reaction<E> reaction;
  private final RegisteredSource source;
  private final Executions<E> executions;
  private final Activities activities;
  private final ParkedEffects<E> parked;
  private final WaitingEffects waiting;
  private final Reminders reminders;
  private final EventReminders<E> eventReminders;
  private final Figures figures = new Figures();
  private final SupervisedSubscription subscription;
  private final AtomicInteger inHand = new AtomicInteger();
  private volatile Set<Duty> duties = Set.of();

  public ReactionRunner(Engine engine, Reaction<E> reaction) {
    this.engine = engine;
    this.reaction = reaction;
    this.source = new RegisteredSource(engine, reaction);
    ReadBacks readBacks = new ReadBacks(engine.store(), READ_BACK_BYTES, figures::addReadBack);
    EventEffects<E> effects = new EventEffects<>(engine, reaction, source::beginsBehind);
    this.activities = new Activities(engine.performers(), engine.timing().attempt());
    Timers timers = new Timers(engine.models(), reaction.name());
    this.reminders =
        new Reminders(
            engine,
            reaction.name(),
            source::register,
            timers,
            new Due(),
            new RemindersRebuild(
                engine,
                reaction.name(),
                source.streams(),
                timers,
                source::beginsBehind,
                source::settled,
                this::reminders),
            figures);
    this.executions = new Executions<>(engine, reaction, effects, readBacks, figures, reminders);
    this.eventReminders = new EventReminders<>(effects, executions);
    this.parked = new ParkedEffects<>(engine, executions, activities, source);
    this.waiting =
        new WaitingEffects(
            engine, reaction.name(), source::isRegistered, parked, activities, executions::run);
    this.subscription =
        new SupervisedSubscription(
            source,
            engine.vertx(),
            ((VertxInternal) engine.vertx()).createEventLoopContext(),
            SubscriptionTiming.DEFAULT,
            this::take);
  }

  /** Starts to do all that there is to do, and returns at once. */
  public void start() {
    start(EnumSet.allOf(Duty.class));
  }

  /** Starts to do some of it, and returns at once. It is registered first, if it is new. */
  public void start(Set<Duty> some) {
    duties = Set.copyOf(some);
    if (duties.contains(Duty.REACT)) {
      subscription.start();
      waiting.begin();
    }
    if (reaction.answers().isPresent()) {
      if (duties.contains(Duty.REMIND)) {
        reminders.begin();
      } else if (duties.contains(Duty.REACT)) {
        reminders.follow();
      }
    }
  }

  /**
   * Takes nothing more, and ends when what is in hand is settled.
   *
   * @param limit how long to wait for that
   */
  public Uni<Void> stop(Duration limit) {
    waiting.end();
    reminders.end();
    return subscription.stop(limit);
  }

  private void take() {
    List<Delivery> taken;
    do {
      taken = subscription.take(IN_HAND - inHand.get(), 1);
      inHand.addAndGet(taken.size());
      taken.forEach(this::handle);
    } while (!taken.isEmpty() && inHand.get() < IN_HAND);
  }

  /** What is due is done by the executions, which are made behind the reminders. */
  private final class Due implements Reminders.Remind {

    @Override
    public Uni<Reminders.Reminded> remind(Recorded<StoredEvent> event, String effect, Instant now) {
      return eventReminders.remind(event, effect, now);
    }

    @Override
    public Uni<Void> setAll(Recorded<StoredEvent> event) {
      return eventReminders.setAll(event, reminders);
    }
  }

  private Uni<List<EventReminders.Entry>> reminders(Recorded<StoredEvent> event) {
    return eventReminders.of(event);
  }

  private void handle(Delivery delivery) {
    engine.clock().sees(delivery.event());
    if (delivery.retries() > 0 || delivery.attempts() > 1) {
      figures.addRetried();
    }
    Uni.createFrom()
        .deferred(() -> run(delivery))
        .subscribe()
        .with(
            end -> {
              inHand.decrementAndGet();
              settle(delivery, end);
            },
            failure -> {
              inHand.decrementAndGet();
              failed(delivery, failure);
            });
  }

  private Uni<End> run(Delivery delivery) {
    Recorded<StoredEvent> event = delivery.event();
    if (event.event().isPassedOver()) {
      return Uni.createFrom().item(new End.Settled());
    }
    return event.position() < 0
        ? own(event)
            .chain(
                found ->
                    found.isEmpty()
                        ? Uni.createFrom()
                            .item(new End.Parked("its own position in the log is not known"))
                        : run(found.getFirst()))
        : run(event);
  }

  /** What was at or before its beginning never leads to anything. */
  private Uni<End> run(Recorded<StoredEvent> event) {
    return event.position() <= source.beginsBehind()
        ? Uni.createFrom().item(new End.Settled())
        : executions.run(event, HeldTries.forAtMost(engine.timing().hold(), activities));
  }

  /** What comes through a link is read again from its stream, which knows its own position. */
  private Uni<List<Recorded<StoredEvent>>> own(Recorded<StoredEvent> linked) {
    return engine
        .store()
        .remaining(linked.stream(), linked.revision(), 1)
        .map(
            events ->
                events.stream().filter(event -> event.eventId().equals(linked.eventId())).toList());
  }

  private void settle(Delivery delivery, End end) {
    switch (end) {
      case End.Settled() -> delivery.ack();
      case End.Waiting(var reason) -> {
        figures.addWaiting();
        delivery.park(ParkedEffects.waiting(reason));
      }
      case End.Parked(var reason) -> park(delivery, reason);
    }
  }

  private void park(Delivery delivery, String reason) {
    figures.addParked();
    LOG.warnf(
        "%s: event %d of %s is parked: %s",
        reaction, delivery.event().revision(), delivery.event().stream(), reason);
    delivery.park(reason);
  }

  private void failed(Delivery delivery, Throwable failure) {
    switch (failure) {
      case Away _ -> {
        subscription.restart(delivery, failure);
        delivery.retry(failure.toString());
      }
      case UnknownEvent _ -> park(delivery, failure.toString());
      case ReadTooLong _ -> again(delivery, READINGS, failure);
      case Conflict _, OutcomeUnknown _, Unavailable _ ->
          again(delivery, Integer.MAX_VALUE, failure);
      default -> again(delivery, ATTEMPTS, failure);
    }
  }

  private void again(Delivery delivery, int attempts, Throwable failure) {
    if (delivery.attempts() >= attempts) {
      park(delivery, failure.toString());
      return;
    }
    LOG.debugf(failure, "%s: %s is done again", reaction, delivery.event().stream());
    long pause = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS << Math.min(delivery.attempts(), 20));
    engine.vertx().setTimer(pause, _ -> delivery.putBack());
  }

  public Reaction<E> reaction() {
    return reaction;
  }

  /** How its subscription is. */
  public SubscriptionHealth health() {
    return subscription.health();
  }

  /** How it is, for people. */
  public String describe() {
    return duties.contains(Duty.REACT)
        ? health().describe()
        : "reminders, " + (isReady() ? "all of them known" : "not known to be all");
  }

  /** Whether events can come; where they are others', whether what is due is known. */
  public boolean isReady() {
    return duties.contains(Duty.REACT)
        ? health().isSubscribed()
        : reaction.answers().isEmpty() || reminders.areWhole();
  }

  /** The events that it has set aside. */
  public ParkedEffects<E> parked() {
    return parked;
  }

  /** How many events wait for another system, as last looked at; at least, where it is many. */
  public long waiting() {
    return waiting.latest().stream().filter(ParkedEffects.Parked::waits).count();
  }

  /** How many events take a person, as last looked at; at least, where it is many. */
  public long stuck() {
    return waiting.latest().stream().filter(each -> !each.waits()).count();
  }

  /** For how long the oldest event has waited for another system. */
  public Duration oldestWaiting() {
    return waiting.latest().stream()
        .filter(ParkedEffects.Parked::waits)
        .findFirst()
        .map(oldest -> Duration.between(oldest.since(), Instant.now()))
        .orElse(Duration.ZERO);
  }

  /** How many reminders are pending, as last looked at. */
  public long pendingReminders() {
    return reminders.pending().reminders();
  }

  /** For how long the oldest reminder is due that can't take place. */
  public Duration overdueReminders() {
    return reminders.overdue();
  }

  /**
   * Has every reminder take place that is due by the event store's time, for 20 s at most.
   *
   * @return how many are over; fails with {@link Unavailable} where the reaction can't be
   *     registered yet, the index of reminders is being made again, or the event store or Redis is
   *     away
   */
  public Uni<Long> fire() {
    return reaction.answers().isPresent() ? reminders.fireAll() : Uni.createFrom().item(0L);
  }

  /** What it did. */
  public Figures figures() {
    return figures;
  }
}
