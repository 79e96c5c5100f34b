package dev.foldline.quarkus.projections;

import static java.util.stream.Collectors.summingLong;

import dev.foldline.core.NotFound;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.StoredEvent;
import dev.foldline.eventstoredb.connector.ParkedEvents;
import dev.foldline.quarkus.projections.Discards.Discarded;
import dev.foldline.redis.Builds;
import dev.foldline.redis.Poisons.Poisoned;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
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
public final class Parking<D, E> {

  /** How many are looked at, at most. */
  public static final int MOST = 1_000;

  private static final int READS_AT_ONCE = 8;
  private static final int PAGE = 500;

  private final EventStore store;
  private final Builds builds;
  private final ParkedEvents delivered;
  private final Discards discards;
  private final Applier.Factory<D, E> appliers;

  Parking(
      EventStore store,
      Builds builds,
      ParkedEvents delivered,
      Discards discards,
      Applier.Factory<D, E> appliers) {
    this.store = store;
    this.builds = builds;
    this.delivered = delivered;
    this.discards = discards;
    this.appliers = appliers;
  }

  /**
   * A parked event.
   *
   * @param since when that was found
   * @param cause what kept it from being applied
   * @param passedOver whether the later events of its stream were applied without it: then only a
   *     new build brings it in
   */
  public record Parked(
      Recorded<StoredEvent> event, Instant since, String cause, boolean passedOver) {

    EventRef ref() {
      return EventRef.of(event);
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
    return survey().map(Survey::parked);
  }

  /** What the server and the build say, and what is left of it. */
  private record Survey<D, E>(
      Applier<D, E> applier, List<ParkedEvents.Parked> delivered, List<Parked> parked) {

    Set<EventRef> refs() {
      return new HashSet<>(parked.stream().map(Parked::ref).toList());
    }
  }

  private Uni<Survey<D, E>> survey() {
    return discards
        .refresh()
        .chain(builds::live)
        .map(
            live ->
                appliers.of(
                    live.orElseThrow(() -> new Unavailable("the read models are being built"))))
        .chain(
            applier ->
                Uni.combine()
                    .all()
                    .unis(delivered.list(MOST), applier.poisons().list(MOST))
                    .asTuple()
                    .chain(found -> survey(applier, found.getItem1(), found.getItem2())));
  }

  private Uni<Survey<D, E>> survey(
      Applier<D, E> applier, List<ParkedEvents.Parked> delivered, List<Poisoned> poisons) {
    Stream<String> streams =
        Stream.concat(
            delivered.stream().map(parked -> parked.event().stream()),
            poisons.stream().map(Poisoned::stream));
    return applier
        .applied(streams.toList())
        .chain(
            applied ->
                Multi.createFrom()
                    .iterable(poisons)
                    .onItem()
                    .transformToUni(poison -> lacking(applier, applied, poison))
                    .merge(READS_AT_ONCE)
                    .collect()
                    .asList()
                    .map(
                        lacking -> {
                          Map<EventRef, Parked> parked = new HashMap<>();
                          lacking.stream()
                              .flatMap(Optional::stream)
                              .forEach(each -> parked.merge(each.ref(), each, Parking::later));
                          delivered.stream()
                              .filter(
                                  each ->
                                      applied.getOrDefault(each.event().stream(), -1L)
                                          < each.event().revision())
                              .map(
                                  each ->
                                      new Parked(each.event(), each.since(), each.reason(), false))
                              .forEach(each -> parked.putIfAbsent(each.ref(), each));
                          return new Survey<>(applier, delivered, oldest(parked.values()));
                        }));
  }

  /**
   * Of two reports of an event the later one: it knows more than that another one was waited for.
   */
  private static Parked later(Parked a, Parked b) {
    return a.since().isAfter(b.since()) ? a : b;
  }

  private static List<Parked> oldest(Collection<Parked> parked) {
    return parked.stream().sorted(Comparator.comparing(Parked::since)).limit(MOST).toList();
  }

  /**
   * What the build still lacks for a poison: the event itself, or one behind it, which nobody may
   * have delivered yet. A poison that nothing is lacking for is struck out.
   */
  private Uni<Optional<Parked>> lacking(
      Applier<D, E> applier, Map<String, Long> applied, Poisoned poison) {
    EventRef ref = new EventRef(poison.stream(), poison.revision());
    long from =
        poison.holds()
            ? Math.max(poison.revision(), applied.getOrDefault(poison.stream(), -1L) + 1)
            : poison.revision();
    return store
        .read(poison.stream(), from, 1)
        .onFailure(NotFound.class)
        .recoverWithItem(List.of())
        .map(
            events ->
                events.stream()
                    .filter(
                        event ->
                            poison.holds()
                                || (event.revision() == ref.revision() && !discards.contains(ref)))
                    .findFirst()
                    .map(event -> parked(event, poison)))
        .call(
            lacking ->
                lacking.isPresent()
                    ? Uni.createFrom().voidItem()
                    : applier.poisons().remove(List.of(poison)));
  }

  private static Parked parked(Recorded<StoredEvent> event, Poisoned poison) {
    String cause =
        event.revision() == poison.revision()
            ? poison.cause()
            : "waits behind event " + poison.revision() + " of its stream";
    return new Parked(event, poison.since(), cause, !poison.holds());
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
    return survey()
        .chain(
            survey -> replay(survey, streams(choose(survey.parked(), chosen)), perSecond, limit));
  }

  private Uni<Replayed> replay(
      Survey<D, E> survey, List<String> streams, int perSecond, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    return Multi.createFrom()
        .iterable(streams)
        .onItem()
        .transformToUniAndConcatenate(
            stream -> release(survey.applier(), stream, perSecond, deadline))
        .collect()
        .with(summingLong(Long::longValue))
        .chain(applied -> tidy().map(left -> new Replayed(applied, left)));
  }

  /** Applies what a stream has behind its fence. */
  private Uni<Long> release(Applier<D, E> applier, String stream, int perSecond, long deadline) {
    if (System.nanoTime() > deadline) {
      return Uni.createFrom().item(0L);
    }
    int page = Math.min(perSecond, PAGE);
    return applier
        .applied(List.of(stream))
        .chain(applied -> store.read(stream, applied.getOrDefault(stream, -1L) + 1, page))
        .onFailure(NotFound.class)
        .recoverWithItem(List.of())
        .chain(
            events ->
                events.isEmpty()
                    ? Uni.createFrom().item(0L)
                    : applier
                        .apply(events)
                        .onItem()
                        .delayIt()
                        .by(Duration.ofMillis(1 + 1_000L * events.size() / perSecond))
                        .chain(
                            outcome ->
                                outcome.applied() < page
                                    ? Uni.createFrom().item((long) outcome.applied())
                                    : release(applier, stream, perSecond, deadline)
                                        .map(more -> more + outcome.applied())));
  }

  /** Has the server get rid of the oldest ones that are settled; how many are parked still. */
  private Uni<Integer> tidy() {
    return survey()
        .call(
            survey -> {
              Set<EventRef> parked = survey.refs();
              List<ParkedEvents.Parked> settled =
                  survey.delivered().stream()
                      .takeWhile(entry -> !parked.contains(EventRef.of(entry.event())))
                      .toList();
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
    return survey()
        .chain(
            survey -> {
              List<Parked> parked = choose(survey.parked(), chosen);
              List<Discarded> discarded =
                  parked.stream()
                      .filter(each -> !discards.contains(each.ref()))
                      .map(each -> discarded(each, reason, by))
                      .toList();
              Uni<Void> recorded =
                  discarded.isEmpty() ? Uni.createFrom().voidItem() : discards.add(discarded);
              return recorded.chain(() -> replay(survey, streams(parked), PAGE, limit));
            });
  }

  private static Discarded discarded(Parked parked, String reason, String by) {
    Recorded<StoredEvent> event = parked.event();
    return new Discarded(
        event.stream(), event.revision(), event.event().type(), parked.cause(), reason, by);
  }

  /**
   * Folds the streams of parked events with the code as it is, from their beginning, and writes
   * nothing: what a replay would lead to.
   *
   * @param chosen which; all if there are none
   */
  public Uni<List<Trial<D>>> dryRun(Set<EventRef> chosen) {
    return list()
        .chain(
            parked ->
                Multi.createFrom()
                    .iterable(streams(choose(parked, chosen)))
                    .onItem()
                    .transformToUniAndConcatenate(stream -> tryOut(stream, -1, null))
                    .collect()
                    .asList());
  }

  private Uni<Trial<D>> tryOut(String stream, long revision, @Nullable D document) {
    return store
        .read(stream, revision + 1, PAGE)
        .chain(
            events -> {
              Trial<D> trial = new Trial<>(stream, revision, null, document);
              for (Recorded<StoredEvent> event : events) {
                trial = step(trial, event);
                if (trial.error() != null) {
                  return Uni.createFrom().item(trial);
                }
              }
              return events.size() < PAGE
                  ? Uni.createFrom().item(trial)
                  : tryOut(stream, trial.revision(), trial.document());
            });
  }

  private Trial<D> step(Trial<D> before, Recorded<StoredEvent> stored) {
    try {
      @Nullable D document = before.document();
      for (Recorded<E> event : appliers.decode(stored)) {
        document = appliers.projection().project().apply(document, event).document();
      }
      return new Trial<>(before.stream(), stored.revision(), null, document);
    } catch (RuntimeException e) {
      return new Trial<>(before.stream(), before.revision(), e.toString(), before.document());
    }
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
    return parked.stream().map(each -> each.event().stream()).distinct().toList();
  }
}
