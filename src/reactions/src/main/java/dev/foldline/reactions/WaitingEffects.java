package dev.foldline.reactions;

import dev.foldline.core.Effect.Perform;
import dev.foldline.core.Performs.Attempt;
import dev.foldline.core.Recorded;
import dev.foldline.core.Result;
import dev.foldline.core.StoredEvent;
import dev.foldline.reactions.ParkedEffects.Parked;
import dev.foldline.redis.Lease;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Takes up again what waits for other systems, one second to five minutes apart, by one instance at
 * a time. Which try it is, is counted by that instance alone: another one begins anew. Safe for use
 * by many threads.
 */
final class WaitingEffects {

  private static final Logger LOG = Logger.getLogger(WaitingEffects.class);
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
  private static final int LEAST_TRIES = 10;
  private static final int AT_ONCE = 16;

  /** After which an activity that does not work is given up. */
  static final String GAVE_UP = "gave-up";

  private final Engine engine;
  private final String name;
  private final BooleanSupplier registered;
  private final Lease lease;
  private final ParkedEffects<?> parked;
  private final Activities activities;
  private final Execute execute;
  private final String me = UUID.randomUUID().toString();
  private final AtomicBoolean looking = new AtomicBoolean();
  private final Map<Long, Tried> tried = new HashMap<>();
  private final Set<Long> running = new HashSet<>();
  private volatile List<Parked> latest = List.of();
  private long timer = -1;

  /** Has the effects of an event take place. */
  @FunctionalInterface
  interface Execute {
    Uni<End> run(Recorded<StoredEvent> event, Tries tries);
  }

  /**
   * How often it was tried.
   *
   * @param next when it is tried again, by {@link System#nanoTime}
   * @param over whether it has its outcome, or takes a person
   */
  private record Tried(int times, long next, boolean over) {}

  /**
   * @param registered whether they are known to be this application's
   */
  WaitingEffects(
      Engine engine,
      String name,
      BooleanSupplier registered,
      ParkedEffects<?> parked,
      Activities activities,
      Execute execute) {
    this.engine = engine;
    this.name = name;
    this.registered = registered;
    this.lease = Lease.ofReaction(engine.models(), name);
    this.parked = parked;
    this.activities = activities;
    this.execute = execute;
  }

  void begin() {
    timer = engine.vertx().setPeriodic(engine.timing().look().toMillis(), _ -> look());
  }

  void end() {
    engine.vertx().cancelTimer(timer);
    lease.release(me).subscribe().with(_ -> {}, _ -> {});
  }

  /** What was set aside when last looked at, oldest first. */
  List<Parked> latest() {
    return latest;
  }

  private void look() {
    if (!registered.getAsBoolean() || !looking.compareAndSet(false, true)) {
      return;
    }
    Uni.createFrom()
        .deferred(parked::list)
        .invoke(found -> latest = found)
        .chain(
            found ->
                found.stream().anyMatch(Parked::waits)
                    ? lease.take(me, LEASE).chain(mine -> mine ? takeUp(found) : nothing())
                    : nothing())
        .ifNoItem()
        .after(LEASE)
        .fail()
        .onTermination()
        .invoke(() -> looking.set(false))
        .subscribe()
        .with(_ -> {}, failure -> LOG.debugf(failure, "%s: what waits is not known", name));
  }

  private static Uni<Void> nothing() {
    return Uni.createFrom().voidItem();
  }

  /** Tries what is due, and lets go of the oldest that are over. */
  private Uni<Void> takeUp(List<Parked> found) {
    long settledBefore = 0;
    synchronized (tried) {
      tried.keySet().retainAll(found.stream().map(Parked::number).toList());
      for (Parked each : found) {
        if (each.waits() && isDue(each) && running.size() < AT_ONCE && running.add(each.number())) {
          execute(each);
        }
      }
      for (Parked each : found) {
        Tried times = tried.get(each.number());
        if (times == null || !times.over()) {
          break;
        }
        settledBefore = each.number() + 1;
      }
    }
    return settledBefore == 0 ? nothing() : parked.replayBefore(settledBefore);
  }

  private boolean isDue(Parked each) {
    Tried times = tried.get(each.number());
    return times == null || (!times.over() && System.nanoTime() - times.next() >= 0);
  }

  private void execute(Parked waiting) {
    Once once = new Once(waiting);
    own(waiting)
        .chain(
            event ->
                event.isPresent()
                    ? execute.run(event.get(), once)
                    : Uni.createFrom().item(new End.Parked("it is gone")))
        .subscribe()
        .with(
            end -> ended(waiting, isOver(end)),
            failure -> {
              LOG.debugf(failure, "%s: %s waits on", name, waiting.stream());
              ended(waiting, false);
            });
  }

  /** What takes a person is delivered again, to be parked with its reason. */
  private static boolean isOver(End end) {
    return switch (end) {
      case End.Settled(), End.Parked _ -> true;
      case End.Waiting _ -> false;
    };
  }

  private Uni<Optional<Recorded<StoredEvent>>> own(Parked waiting) {
    return engine
        .store()
        .remaining(waiting.stream(), waiting.revision(), 1)
        .map(left -> left.stream().filter(waiting::isOf).findFirst());
  }

  private void ended(Parked waiting, boolean over) {
    synchronized (tried) {
      running.remove(waiting.number());
      int times = times(waiting) + 1;
      long pause =
          Math.min(
              LONGEST_PAUSE.toNanos(), engine.timing().look().toNanos() << Math.min(times, 30));
      tried.put(waiting.number(), new Tried(times, System.nanoTime() + pause, over));
    }
  }

  private int times(Parked waiting) {
    synchronized (tried) {
      Tried before = tried.get(waiting.number());
      return before == null ? 0 : before.times();
    }
  }

  /** One try; the last one where it has waited for too long. */
  private final class Once implements Tries {

    private final Parked waiting;

    Once(Parked waiting) {
      this.waiting = waiting;
    }

    @Override
    public <I> Uni<Tries.Tried> perform(Perform<I> effect, Attempt attempt) {
      return activities
          .perform(effect, attempt)
          .<Tries.Tried>map(Tries.Tried.Over::new)
          .onFailure()
          .recoverWithItem(
              failure ->
                  isLast(waiting)
                      ? new Tries.Tried.Over(new Result.Failed(effect.name(), GAVE_UP))
                      : new Tries.Tried.Later(failure.toString()));
    }
  }

  private boolean isLast(Parked waiting) {
    return times(waiting) + 1 >= LEAST_TRIES
        && Duration.between(waiting.since(), Instant.now()).compareTo(engine.timing().giveUp())
            >= 0;
  }
}
