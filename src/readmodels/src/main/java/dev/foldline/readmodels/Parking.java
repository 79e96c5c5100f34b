package dev.foldline.readmodels;

import static java.util.stream.Collectors.summingLong;

import dev.foldline.core.NotFound;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.UnknownEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.subscriptions.ParkedEvents;
import dev.foldline.readmodels.Discards.Discarded;
import dev.foldline.readmodels.Surveys.Survey;
import dev.foldline.redis.Builds;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The events that a projection could not apply, for those who operate it.
 *
 * <p>An event counts as parked for as long as the read models lack it, wherever that was found: the
 * server keeps those that were delivered, the build those that were read from the log. So an event
 * that took effect in the meantime is not listed, and a replay, done here and fenced like every
 * delivery, has its effect once. What the server still keeps of those it gives out again at the
 * end, oldest first, to be skipped as known. Safe for use by many threads.
 */
public final class Parking<D> {

  /** How many are looked at, at most. */
  public static final int MOST = 1_000;

  /** How many events a second are replayed that another release could not read. */
  private static final int FAST = 1_000;

  private final Builds builds;
  private final ParkedEvents delivered;
  private final Discards discards;
  private final Applier.Factory<D> appliers;
  private final Surveys<D> surveys;
  private final Replays<D> replays;
  private final Duration pause;

  /**
   * @param pause between two replays of what another release could not read, by all instances
   */
  Parking(
      EventStore store,
      Builds builds,
      ParkedEvents delivered,
      Discards discards,
      Applier.Factory<D> appliers,
      Duration pause) {
    this.builds = builds;
    this.delivered = delivered;
    this.discards = discards;
    this.appliers = appliers;
    this.surveys = new Surveys<>(store, builds, delivered, discards, appliers);
    this.replays = new Replays<>(store, appliers);
    this.pause = pause;
  }

  /**
   * A parked event.
   *
   * @param event null where its stream does not give it any more
   * @param since when that was found
   * @param cause what kept it from being applied
   * @param passedOver whether the later events of its stream were applied without it: then only a
   *     new build brings it in
   * @param free whether it only waited for another one, which is applied by now
   */
  public record Parked(
      EventRef ref,
      @Nullable Recorded<StoredEvent> event,
      Instant since,
      String cause,
      boolean passedOver,
      boolean free) {

    /** Whether it is only not known yet that its stream has nothing more. */
    boolean isOnlySupposed() {
      return free && event == null;
    }

    /** The stored name of the event; empty where it is not known. */
    public String type() {
      return event == null ? "" : event.event().type();
    }
  }

  /**
   * What a replay, or a discard, did.
   *
   * @param applied how many events took effect
   * @param left how many are parked still; at least, where it is {@link #MOST}
   */
  public record Replayed(long applied, int left) {}

  /**
   * What would come of a stream with the code as it is.
   *
   * @param revision up to which it can be applied, −1 for none
   * @param error what the next event throws; null where all can be applied
   * @param document as it is then
   */
  public record Trial<D>(
      String stream, long revision, @Nullable String error, @Nullable D document) {}

  /** What is parked, oldest first; {@link #MOST} at most. */
  public Uni<List<Parked>> list() {
    return surveys.take().map(Survey::parked);
  }

  /**
   * Applies parked events, each with those of its stream before and behind it, which wait for each
   * other anyway. What fails again stays parked.
   *
   * @param chosen which; all if there are none
   * @param perSecond how many events at most
   * @param limit after which it stops, to be gone on with
   * @return what was done; to be called again while something is left that can be applied
   */
  public Uni<Replayed> replay(Set<EventRef> chosen, int perSecond, Duration limit) {
    return surveys
        .take()
        .chain(
            survey -> replay(survey, streams(choose(survey.parked(), chosen)), perSecond, limit));
  }

  private Uni<Replayed> replay(
      Survey<D> survey, List<String> streams, int perSecond, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    return Multi.createFrom()
        .iterable(streams)
        .onItem()
        .transformToUniAndConcatenate(
            stream -> replays.release(survey, stream, perSecond, deadline))
        .collect()
        .with(summingLong(Long::longValue))
        .chain(applied -> tidy().map(left -> new Replayed(applied, left)));
  }

  /** Has the server get rid of the oldest ones that are settled; how many are parked still. */
  private Uni<Integer> tidy() {
    return surveys
        .take()
        .call(
            survey -> {
              List<ParkedEvents.Parked> settled = survey.settled();
              return settled.isEmpty()
                  ? Uni.createFrom().voidItem()
                  : delivered.replayBefore(settled.getLast().number() + 1);
            })
        .map(survey -> survey.parked().size());
  }

  /**
   * Has the projection do without parked events, in this build and in each later one. That is
   * recorded first; if it is broken off then, doing it again completes it.
   *
   * @param reason why, for those who ask later
   * @param by whom
   * @return what that let be applied; fails with {@link NotFound} if one of them is not parked
   */
  public Uni<Replayed> discard(Set<EventRef> chosen, String reason, String by, Duration limit) {
    return surveys
        .take()
        .chain(
            survey -> {
              List<Parked> parked = choose(survey.parked(), chosen);
              List<Discarded> discarded =
                  parked.stream()
                      .filter(each -> !each.isOnlySupposed() && !discards.contains(each.ref()))
                      .map(each -> discarded(each, reason, by))
                      .toList();
              Uni<Void> recorded =
                  discarded.isEmpty() ? Uni.createFrom().voidItem() : discards.add(discarded);
              return recorded.chain(() -> replay(survey, streams(parked), Replays.PAGE, limit));
            });
  }

  private static Discarded discarded(Parked parked, String reason, String by) {
    EventRef ref = parked.ref();
    return new Discarded(
        Discarded.FORMAT, ref.stream(), ref.revision(), parked.type(), parked.cause(), reason, by);
  }

  /**
   * Folds the streams of parked events with the code as it is, from their beginning, and writes
   * nothing: what a replay would lead to.
   *
   * @param chosen which; all if there are none
   */
  public Uni<List<Trial<D>>> dryRun(Set<EventRef> chosen) {
    DryRun<D> dryRun = new DryRun<>(appliers);
    return list()
        .chain(
            parked ->
                Multi.createFrom()
                    .iterable(streams(choose(parked, chosen)))
                    .onItem()
                    .transformToUniAndConcatenate(dryRun::of)
                    .collect()
                    .asList());
  }

  /**
   * Looks what is parked, and replays what another release could not read and this one can, as a
   * new event's type is known to some instances before it is to all; and what only waited for such.
   * What the server keeps of those that took effect some other way, it gets rid of.
   *
   * @param seen is told what is parked
   * @return how many events took effect
   */
  Uni<Long> look(Consumer<List<Parked>> seen, Duration limit) {
    return surveys
        .take()
        .invoke(survey -> seen.accept(survey.parked()))
        .chain(
            survey ->
                free(survey.parked()).isEmpty() && survey.settled().isEmpty()
                    ? Uni.createFrom().item(0L)
                    : builds
                        .turns()
                        .takesTurn(pause)
                        .chain(mine -> mine ? replayFree(limit) : Uni.createFrom().item(0L)));
  }

  private Uni<Long> replayFree(Duration limit) {
    return surveys
        .take()
        .chain(survey -> replay(survey, streams(free(survey.parked())), FAST, limit))
        .map(Replayed::applied);
  }

  private List<Parked> free(List<Parked> parked) {
    return parked.stream().filter(each -> each.free() || canReadNow(each)).toList();
  }

  private boolean canReadNow(Parked parked) {
    Recorded<StoredEvent> event = parked.event();
    return event != null
        && !parked.passedOver()
        && parked.cause().startsWith(UnknownEvent.class.getName())
        && appliers.canRead(event);
  }

  private static List<Parked> choose(List<Parked> parked, Set<EventRef> chosen) {
    if (chosen.isEmpty()) {
      return parked;
    }
    List<Parked> found = parked.stream().filter(each -> chosen.contains(each.ref())).toList();
    if (found.size() < chosen.size()) {
      List<EventRef> missing = new ArrayList<>(chosen);
      missing.removeAll(found.stream().map(Parked::ref).toList());
      throw new NotFound(missing.getFirst() + " is not parked");
    }
    return found;
  }

  private static List<String> streams(List<Parked> parked) {
    return parked.stream().map(each -> each.ref().stream()).distinct().toList();
  }
}
