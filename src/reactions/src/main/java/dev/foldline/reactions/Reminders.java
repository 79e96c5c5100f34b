package dev.foldline.reactions;

import static java.util.stream.Collectors.summingLong;

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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Has a reaction's reminders take place when they are due by the event store's time, and not
 * before. Any number of instances may do it at once. Safe for use by many threads.
 */
final class Reminders {

  private static final Logger LOG = Logger.getLogger(Reminders.class);
  private static final int AT_ONCE = 256;

  /** For how long what is due is the instance's that took it. */
  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(30);

  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  private static final Duration FIRST_BACK_OFF = Duration.ofMillis(50);
  private static final Duration LAST_BACK_OFF = Duration.ofSeconds(2);

  /** After which others have their turn. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Engine engine;
  private final String name;
  private final BooleanSupplier registered;
  private final Timers timers;
  private final ReminderSets sets;
  private final Remind remind;
  private final RemindersRebuild rebuild;
  private final Figures figures;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile Pending pending = new Pending(false, 0, Optional.empty(), Optional.empty());
  private long periodic = -1;
  private long wakes = Long.MAX_VALUE;

  /** Has a reminder of an event take place, if it is due. */
  @FunctionalInterface
  interface Remind {

    /** See above; by its name, and the store's time. */
    Uni<Reminded> remind(Recorded<StoredEvent> event, String effect, Instant now);
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
      return taken == AT_ONCE && settled > 0;
    }
  }

  /**
   * @param registered whether they are known to be this application's
   */
  Reminders(
      Engine engine,
      String name,
      BooleanSupplier registered,
      Timers timers,
      Remind remind,
      RemindersRebuild rebuild,
      Figures figures) {
    this.engine = engine;
    this.name = name;
    this.registered = registered;
    this.timers = timers;
    this.sets = new ReminderSets(timers);
    this.remind = remind;
    this.rebuild = rebuild;
    this.figures = figures;
  }

  void begin() {
    periodic = engine.vertx().setPeriodic(engine.timing().look().toMillis(), _ -> look());
  }

  void end() {
    engine.vertx().cancelTimer(periodic);
    rebuild.end();
  }

  /** Has a reminder take place later. */
  Uni<Void> set(Cause<?> cause, Effect.Remind<?> reminder) {
    Instant due = cause.due(reminder);
    return sets.set(reminder(cause.event(), reminder.name()), due).invoke(() -> wake(due));
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
    if (!registered.getAsBoolean() || !looking.compareAndSet(false, true)) {
      return;
    }
    Uni.createFrom()
        .deferred(timers::pending)
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
            failure -> LOG.debugf(failure, "%s: what is due is not known", name));
  }

  /** What is due before the next look is looked at when it is. */
  private synchronized void wake(Instant due) {
    long pause = Math.max(engine.clock().until(due).toMillis() + 1, 1);
    long at = System.nanoTime() + Duration.ofMillis(pause).toNanos();
    boolean isAsleep = wakes == Long.MAX_VALUE || wakes - System.nanoTime() < 0;
    if (pause < engine.timing().look().toMillis() && (isAsleep || at - wakes < 0)) {
      wakes = at;
      engine.vertx().setTimer(pause, _ -> look());
    }
  }

  /**
   * Has all take place that is due, for 20 s at most.
   *
   * @return how many did; fails with {@link dev.foldline.core.Unavailable} while the event store or
   *     Redis is away
   */
  Uni<Long> fire() {
    long start = System.nanoTime();
    return engine
        .clock()
        .tick()
        .chain(
            now ->
                Uni.createFrom()
                    .deferred(() -> turn(now))
                    .repeat()
                    .whilst(turn -> turn.mayBeMore() && System.nanoTime() - start < LIMIT.toNanos())
                    .collect()
                    .with(summingLong(Turn::settled)));
  }

  private Uni<Turn> turn(Instant now) {
    return timers
        .take(now, AT_ONCE, SHORTEST_PAUSE, LONGEST_PAUSE)
        .chain(
            taken ->
                taken.isEmpty()
                    ? Uni.createFrom().item(new Turn(0, 0))
                    : Uni.join()
                        .all(taken.stream().map(due -> isOver(due, now)).toList())
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

  /** What fails is due again later. */
  private Uni<Boolean> isOver(Due due, Instant now) {
    Reminder reminder = due.reminder();
    return engine
        .store()
        .remaining(reminder.stream(), reminder.revision(), 1)
        .map(left -> left.stream().filter(e -> e.revision() == reminder.revision()).findFirst())
        .chain(
            found ->
                found.isEmpty()
                    ? Uni.createFrom().<Reminded>item(new Reminded.Over())
                    : remind.remind(found.get(), reminder.effect(), now))
        .onFailure(Reminders::maySoonWork)
        .retry()
        .withBackOff(FIRST_BACK_OFF, LAST_BACK_OFF)
        .expireIn(LIMIT.toMillis())
        .onFailure(NotFound.class)
        .recoverWithItem(new Reminded.Over())
        .chain(
            reminded ->
                switch (reminded) {
                  case Reminded.Over() -> Uni.createFrom().item(true);
                  case Reminded.Later(var at) ->
                      timers
                          .settle(List.of(reminder))
                          .chain(() -> timers.set(Map.of(reminder, at)))
                          .replaceWith(false);
                  case Reminded.Stuck(var reason) -> {
                    LOG.warnf("%s: %s is due and can't take place: %s", name, reminder, reason);
                    yield Uni.createFrom().item(false);
                  }
                })
        .onFailure()
        .recoverWithItem(
            failure -> {
              LOG.debugf(failure, "%s: %s is due again later", name, reminder);
              return false;
            });
  }
}
