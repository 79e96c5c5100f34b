package dev.foldline.reactions;

import static java.util.stream.Collectors.summingLong;

import dev.foldline.core.Away;
import dev.foldline.core.Conflict;
import dev.foldline.core.Effect;
import dev.foldline.core.NotFound;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.effects.Cause;
import dev.foldline.redis.Reminder;
import dev.foldline.redis.Timers;
import dev.foldline.redis.Timers.Due;
import dev.foldline.redis.Timers.Pending;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Has a reaction's reminders take place when they are due by the event store's time, and not
 * before. Any number of instances may do it at once. Safe for use by many threads.
 */
final class Reminders implements Executions.Later {

  private static final Logger LOG = Logger.getLogger(Reminders.class);
  private static final int AT_ONCE = 256;

  /** For how long what is due is the instance's that took it. */
  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(30);

  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  private static final Duration FIRST_BACK_OFF = Duration.ofMillis(50);
  private static final Duration LAST_BACK_OFF = Duration.ofSeconds(2);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  /** For one that does not work at once. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** After which others have their turn. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Engine engine;
  private final String name;
  private final Supplier<Uni<Void>> register;
  private final Timers timers;
  private final ReminderSets sets;
  private final Remind remind;
  private final RemindersRebuild rebuild;
  private final Figures figures;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile Pending pending = new Pending(false, 0, Optional.empty(), Optional.empty());
  private long periodic = -1;
  private volatile boolean fires;
  private volatile String said = "";
  private long wakes = Long.MAX_VALUE;

  /** Has a reminder of an event take place, if it is due. */
  interface Remind {

    /** See above; by its name, and the store's time. */
    Uni<Reminded> remind(Recorded<StoredEvent> event, String effect, Instant now);

    /** Sets all that an event reminds of. */
    Uni<Void> setAll(Recorded<StoredEvent> event);
  }

  /** What came of a reminder. */
  sealed interface Reminded {

    /** It took place, or has another outcome for good. */
    record Over() implements Reminded {}

    /** It is not due before this time. */
    record Later(Instant due) implements Reminded {}

    /** It takes a person, or another release. */
    record Stuck(String reason) implements Reminded {}
  }

  /** Of those that were taken at once, how many were settled. */
  private record Turn(int taken, int settled) {

    boolean mayBeMore() {
      return taken == AT_ONCE;
    }
  }

  /**
   * @param register has them be this application's, if they are not yet
   */
  Reminders(
      Engine engine,
      String name,
      Supplier<Uni<Void>> register,
      Timers timers,
      Remind remind,
      RemindersRebuild rebuild,
      Figures figures) {
    this.engine = engine;
    this.name = name;
    this.register = register;
    this.timers = timers;
    this.sets = new ReminderSets(timers);
    this.remind = remind;
    this.rebuild = rebuild;
    this.figures = figures;
  }

  /** Has them take place from now on. */
  void begin() {
    fires = true;
    periodic = engine.vertx().setPeriodic(engine.timing().look().toMillis(), _ -> look());
  }

  /** Sees from now on that whoever has them take place knows of them. */
  void follow() {
    periodic = engine.vertx().setPeriodic(engine.timing().look().toMillis(), _ -> lookBack());
  }

  private void lookBack() {
    if (looking.compareAndSet(false, true)) {
      Uni.createFrom()
          .deferred(rebuild::follow)
          .onTermination()
          .invoke(() -> looking.set(false))
          .subscribe()
          .with(_ -> {}, failure -> LOG.debugf(failure, "%s: the index is not known", name));
    }
  }

  /** Whether all that is due later is known to be in the index. */
  boolean areWhole() {
    return rebuild.isWhole();
  }

  void end() {
    engine.vertx().cancelTimer(periodic);
    rebuild.end();
  }

  /** While Redis is away it is tried again, and what does not remind goes on. */
  @Override
  public Uni<Void> set(Cause<?> cause, Effect.Remind<?> reminder) {
    Instant due = cause.due(reminder);
    return sets.set(reminder(cause.event(), reminder.name()), due)
        .onFailure(Away.class)
        .transform(away -> new Unavailable(String.valueOf(away.getMessage())))
        .invoke(() -> wake(due));
  }

  @Override
  public Uni<Void> drop(Cause<?> cause, Effect.Remind<?> reminder) {
    return timers.settle(List.of(reminder(cause.event(), reminder.name())));
  }

  static Reminder reminder(Recorded<?> event, String effect) {
    return new Reminder(event.stream(), event.revision(), effect);
  }

  /** What is pending, as last looked at. */
  Pending pending() {
    return pending;
  }

  /** For how long the oldest is due that was taken and is not settled, about. */
  Duration overdue() {
    return pending
        .overdue()
        .map(since -> engine.clock().until(since).negated())
        .orElse(Duration.ZERO);
  }

  private void look() {
    if (!looking.compareAndSet(false, true)) {
      return;
    }
    Uni.createFrom()
        .deferred(register::get)
        .chain(timers::pending)
        .invoke(found -> pending = found)
        .call(found -> rebuild.look(found.isThere()))
        .chain(
            found ->
                found.next().filter(engine.clock()::mayHavePassed).isPresent()
                    ? fire()
                    : Uni.createFrom().item(0L).invoke(() -> found.next().ifPresent(this::wake)))
        .onTermination()
        .invoke(() -> looking.set(false))
        .subscribe()
        .with(
            fired -> {
              if (fired > 0) {
                engine.vertx().runOnContext(_ -> look());
              }
            },
            this::tell);
  }

  /** What does not pass by itself, once. */
  private void tell(Throwable failure) {
    boolean isNew = failure instanceof IllegalStateException && !failure.toString().equals(said);
    LOG.logf(
        isNew ? Logger.Level.WARN : Logger.Level.DEBUG,
        "%s: what is due is not known: %s",
        name,
        failure);
    said = isNew ? failure.toString() : said;
  }

  /** What is due before the next look is looked at when it is. */
  private synchronized void wake(Instant due) {
    if (!fires) {
      return;
    }
    Duration until = engine.clock().until(due);
    if (until.compareTo(engine.timing().look()) >= 0) {
      return;
    }
    long pause = Math.max(until.toMillis() + 1, 1);
    long at = System.nanoTime() + Duration.ofMillis(pause).toNanos();
    boolean isAsleep = wakes == Long.MAX_VALUE || wakes - System.nanoTime() < 0;
    if (isAsleep || at - wakes < 0) {
      wakes = at;
      engine.vertx().setTimer(pause, _ -> look());
    }
  }

  /**
   * Has all take place that is due, for 20 s at most, once the index is whole.
   *
   * @return how many are over; fails with {@link Unavailable} where the reaction can't be
   *     registered yet, the index is being made again, or the event store or Redis is away
   */
  Uni<Long> fireAll() {
    return register
        .get()
        .onFailure(IllegalStateException.class)
        .transform(other -> new Unavailable(String.valueOf(other.getMessage())))
        .chain(() -> whole(System.nanoTime()))
        .chain(this::fire);
  }

  private Uni<Void> whole(long start) {
    return timers
        .pending()
        .chain(found -> rebuild.look(found.isThere()))
        .chain(
            () -> {
              if (rebuild.isWhole()) {
                return Uni.createFrom().voidItem();
              }
              if (System.nanoTime() - start > LIMIT.toNanos()) {
                return Uni.createFrom()
                    .failure(new Unavailable("the index of reminders is being made again"));
              }
              return Uni.createFrom()
                  .voidItem()
                  .onItem()
                  .delayIt()
                  .by(LOOK_AGAIN)
                  .chain(() -> whole(start));
            });
  }

  private Uni<Long> fire() {
    long start = System.nanoTime();
    return engine
        .clock()
        .tick()
        .chain(
            passed ->
                Uni.createFrom()
                    .deferred(() -> turn(passed.last().time(), passed))
                    .repeat()
                    .whilst(turn -> turn.mayBeMore() && System.nanoTime() - start < LIMIT.toNanos())
                    .collect()
                    .with(summingLong(Turn::settled))
                    .chain(
                        fired ->
                            passed.latest().equals(passed.last())
                                ? Uni.createFrom().item(fired)
                                : turn(passed.latest().time(), passed)
                                    .map(turn -> fired + turn.settled())));
  }

  /** A leader's clock may have gone back: what was due before stays due. */
  private Uni<Turn> turn(Instant now, StoreClock.Passed passed) {
    return timers
        .take(now, AT_ONCE, SHORTEST_PAUSE, LONGEST_PAUSE)
        .chain(
            taken ->
                taken.isEmpty()
                    ? Uni.createFrom().item(new Turn(0, 0))
                    : Uni.join()
                        .all(taken.stream().map(due -> isOver(due, passed)).toList())
                        .andFailFast()
                        .chain(over -> settle(taken, over)));
  }

  private static boolean maySoonWork(Throwable failure) {
    return failure instanceof Unavailable
        || failure instanceof Conflict
        || failure instanceof OutcomeUnknown;
  }

  private Uni<Turn> settle(List<Due> taken, List<Boolean> over) {
    List<Reminder> settled = new ArrayList<>();
    for (int i = 0; i < taken.size(); i++) {
      if (over.get(i)) {
        settled.add(taken.get(i).reminder());
      }
    }
    figures.addReminded(settled.size());
    return timers.settle(settled).replaceWith(new Turn(taken.size(), settled.size()));
  }

  /** What fails, or takes too long, is due again later. */
  private Uni<Boolean> isOver(Due due, StoreClock.Passed passed) {
    Reminder reminder = due.reminder();
    return event(reminder)
        .chain(found -> found.isPresent() ? remind(found.get(), reminder, passed) : gone(reminder))
        .onFailure(Reminders::maySoonWork)
        .retry()
        .withBackOff(FIRST_BACK_OFF, LAST_BACK_OFF)
        .expireIn(PATIENCE.toMillis())
        .chain(reminded -> isOver(reminder, reminded))
        .ifNoItem()
        .after(PATIENCE.multipliedBy(2))
        .fail()
        .onFailure()
        .recoverWithItem(
            failure -> {
              LOG.debugf(failure, "%s: %s is due again later", name, reminder);
              return false;
            });
  }

  private Uni<Optional<Recorded<StoredEvent>>> event(Reminder reminder) {
    return engine
        .store()
        .remaining(reminder.stream(), reminder.revision(), 1)
        .onFailure(NotFound.class)
        .recoverWithItem(List.of())
        .map(left -> left.stream().filter(e -> e.revision() == reminder.revision()).findFirst());
  }

  private Uni<Reminded> remind(
      Recorded<StoredEvent> event, Reminder reminder, StoreClock.Passed passed) {
    return reminder.isAll()
        ? remind.setAll(event).replaceWith(new Reminded.Over())
        : remind.remind(event, reminder.effect(), passed.since(event.position()));
  }

  /** With a stream that was deleted all that it reminds of is over. */
  private Uni<Reminded> gone(Reminder reminder) {
    return engine
        .store()
        .last(reminder.stream())
        .onFailure(NotFound.class)
        .recoverWithItem(Optional.empty())
        .map(
            last ->
                last.isEmpty()
                    ? new Reminded.Over()
                    : new Reminded.Stuck("its event is gone, and its stream is there"));
  }

  private Uni<Boolean> isOver(Reminder reminder, Reminded reminded) {
    return switch (reminded) {
      case Reminded.Over() -> Uni.createFrom().item(true);
      case Reminded.Later(var at) -> timers.move(reminder, at).replaceWith(false);
      case Reminded.Stuck(var reason) -> {
        LOG.warnf("%s: %s is due and can't take place: %s", name, reminder, reason);
        yield Uni.createFrom().item(false);
      }
    };
  }
}
