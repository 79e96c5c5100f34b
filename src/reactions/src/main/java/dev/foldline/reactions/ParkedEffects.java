package dev.foldline.reactions;

import dev.foldline.core.Caller;
import dev.foldline.core.Conflict;
import dev.foldline.core.NotFound;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.subscriptions.ParkedEvents;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events that a reaction has set aside, for those who operate it: what waits for another
 * system, and what takes a person. Safe for use by many threads.
 */
public final class ParkedEffects<E> {

  /** How many are looked at, at most. */
  public static final int MOST = 1_000;

  /** Behind which the reason stands where another system is waited for; servers add to it. */
  private static final String WAITING = "[waiting] ";

  private final Engine engine;
  private final Executions<E> executions;
  private final Activities activities;
  private final RegisteredSource source;
  private final ParkedEvents events;

  ParkedEffects(
      Engine engine, Executions<E> executions, Activities activities, RegisteredSource source) {
    this.engine = engine;
    this.source = source;
    this.executions = executions;
    this.activities = activities;
    this.events = new ParkedEvents(engine.store(), source.group());
  }

  /**
   * An event that was set aside.
   *
   * @param number its place among them; they are counted on for ever
   * @param event null where its stream does not give it any more
   * @param waits whether another system is waited for; else it takes a person
   */
  public record Parked(
      long number,
      String stream,
      long revision,
      @Nullable Recorded<StoredEvent> event,
      Instant since,
      String reason,
      boolean waits) {

    /** Where the first events of a stream are gone, a later one is the first that it gives. */
    boolean isOf(Recorded<StoredEvent> other) {
      return other.revision() == revision;
    }
  }

  /**
   * What became of an event that was handled again.
   *
   * @param settled whether it is handled, and set aside no more; else it takes a person, or waits
   * @param reason why it is set aside still
   */
  public record Retried(boolean settled, String reason) {

    private static Retried of(End end) {
      return switch (end) {
        case End.Settled() -> new Retried(true, "");
        case End.Waiting(var reason) -> new Retried(false, reason);
        case End.Parked(var reason) -> new Retried(false, reason);
      };
    }
  }

  /** With which reason an event is set aside that waits for another system. */
  static String waiting(String reason) {
    return WAITING + reason;
  }

  /** What is set aside, oldest first; {@link #MOST} at most. */
  public Uni<List<Parked>> list() {
    return events.list(MOST).map(found -> found.stream().map(ParkedEffects::parked).toList());
  }

  private static Parked parked(ParkedEvents.Parked found) {
    int waiting = found.reason().indexOf(WAITING);
    return new Parked(
        found.number(),
        found.stream(),
        found.revision(),
        found.event(),
        found.since(),
        waiting < 0 ? found.reason() : found.reason().substring(waiting + WAITING.length()),
        waiting >= 0);
  }

  /** Has all of them handled again. What fails again is set aside again. */
  public Uni<Void> replay() {
    return events.replay();
  }

  /**
   * Has one of them handled again now, by this instance, and by no more than one try of each
   * activity. Where older ones are set aside too, it is taken off with them.
   *
   * @return fails with {@link NotFound} where it is gone, with {@link Conflict}, {@link
   *     OutcomeUnknown} or {@link Unavailable} where it may be tried again at once
   */
  public Uni<Retried> retry(Parked parked) {
    return own(parked)
        .chain(event -> executions.run(event, new OneTry(activities)))
        .map(Retried::of)
        .onFailure(failure -> !passes(failure))
        .recoverWithItem(failure -> new Retried(false, failure.toString()))
        .call(retried -> retried.settled() ? takeOffIfOldest(parked) : Uni.createFrom().voidItem());
  }

  /** Whether it says nothing of the event: it may be tried again at once. */
  private static boolean passes(Throwable failure) {
    return failure instanceof Conflict
        || failure instanceof NotFound
        || failure instanceof OutcomeUnknown
        || failure instanceof Unavailable;
  }

  private Uni<Void> takeOffIfOldest(Parked parked) {
    return events
        .list(1)
        .chain(
            oldest ->
                oldest.stream().anyMatch(each -> each.number() == parked.number())
                    ? replayBefore(parked.number() + 1)
                    : Uni.createFrom().voidItem());
  }

  /** Has the oldest of them handled again, before the one with a number. */
  Uni<Void> replayBefore(long number) {
    return events.replayBefore(number);
  }

  /**
   * Says of an effect of which nobody can know whether it took place that it did, or that it was
   * refused. That is written into its target, as a mark, and told from then on to whoever is told.
   *
   * @param effect its name: that of a command
   * @param refused why it was refused; empty if it took place
   * @param by whose word it is, which stands beside the mark
   * @return fails with {@link NotFound} where no such effect is parked
   */
  public Uni<Void> settle(String stream, long revision, String effect, String refused, Caller by) {
    return list()
        .chain(
            parked -> {
              Parked found =
                  parked.stream()
                      .filter(each -> each.stream().equals(stream) && each.revision() == revision)
                      .findFirst()
                      .orElseThrow(
                          () ->
                              new NotFound(
                                  "event " + revision + " of " + stream + " is not parked"));
              return own(found)
                  .chain(event -> executions.settle(event, effect, refused, by))
                  .chain(() -> replayBefore(found.number() + 1));
            });
  }

  /** Nothing is done for a reaction of which it is not known where it begins. */
  private Uni<Recorded<StoredEvent>> own(Parked parked) {
    return source
        .register()
        .chain(() -> engine.store().remaining(parked.stream(), parked.revision(), 1))
        .map(
            events ->
                events.stream()
                    .filter(parked::isOf)
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new NotFound(
                                "event %d of %s is gone"
                                    .formatted(parked.revision(), parked.stream()))));
  }
}
