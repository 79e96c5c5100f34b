package dev.foldline.quarkus.projections;

import static java.util.stream.Collectors.summingLong;
import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.foldline.core.NotFound;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.UnknownEvent;
import dev.foldline.eventstoredb.DeniedStream;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.connector.ParkedEvents;
import dev.foldline.eventstoredb.connector.Scan;
import dev.foldline.quarkus.projections.Discards.Discarded;
import dev.foldline.redis.Builds;
import dev.foldline.redis.Fence;
import dev.foldline.redis.Order;
import dev.foldline.redis.Outcome;
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
import java.util.concurrent.ConcurrentHashMap;
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
public final class Parking<D> {

  /** How many are looked at, at most. */
  public static final int MOST = 1_000;

  private static final String WAITS_BEHIND = "waits behind event ";
  private static final int READS_AT_ONCE = 8;
  private static final int PAGE = 500;

  /** How many events a second are replayed that another release could not read. */
  private static final int FAST = 1_000;

  private final EventStore store;
  private final Builds builds;
  private final ParkedEvents delivered;
  private final Discards discards;
  private final Applier.Factory<D> appliers;
  private final Duration pause;

  /** How far the log was read by what was cut off, by stream. */
  private final Map<String, Reached> reached = new ConcurrentHashMap<>();

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
    this.pause = pause;
    this.store = store;
    this.builds = builds;
    this.delivered = delivered;
    this.discards = discards;
    this.appliers = appliers;
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
    String type() {
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
    return survey().map(Survey::parked);
  }

  /** What the server and the build say, and what is left of it. */
  private record Survey<D>(
      Applier<D> applier,
      List<ParkedEvents.Parked> delivered,
      List<Poisoned> poisons,
      List<Parked> parked) {

    /** The last event of a stream that is parked, −1 for none. */
    long last(String stream) {
      return parked.stream()
          .filter(each -> each.ref().stream().equals(stream))
          .mapToLong(each -> each.ref().revision())
          .max()
          .orElse(-1);
    }

    /** The event that holds a stream, or held it: what is behind it may not be applied yet. */
    Optional<Poisoned> holds(String stream) {
      return poisons.stream()
          .filter(poison -> poison.holds() && poison.stream().equals(stream))
          .findFirst();
    }

    Set<EventRef> refs() {
      return new HashSet<>(parked.stream().map(Parked::ref).toList());
    }
  }

  private Uni<Survey<D>> survey() {
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

  private Uni<Survey<D>> survey(
      Applier<D> applier, List<ParkedEvents.Parked> delivered, List<Poisoned> poisons) {
    Stream<String> streams =
        Stream.concat(
            delivered.stream().map(ParkedEvents.Parked::stream),
            poisons.stream().map(Poisoned::stream));
    return applier
        .applied(streams.toList())
        .chain(
            applied ->
                Multi.createFrom()
                    .iterable(poisons)
                    .onItem()
                    .transformToUni(
                        poison -> lacking(applier, fence(applied, poison.stream()), poison))
                    .merge(READS_AT_ONCE)
                    .collect()
                    .asList()
                    .map(
                        lacking -> {
                          Map<EventRef, Parked> parked = new HashMap<>();
                          Set<String> held = held(applied, poisons);
                          lacking.stream()
                              .flatMap(Optional::stream)
                              .forEach(each -> parked.merge(each.ref(), each, Parking::later));
                          delivered.stream()
                              .filter(
                                  each ->
                                      fence(applied, each.stream()).revision() < each.revision())
                              .map(each -> parked(each, !held.contains(each.stream())))
                              .forEach(each -> parked.putIfAbsent(each.ref(), each));
                          return new Survey<>(applier, delivered, poisons, oldest(parked.values()));
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

  private static Fence fence(Map<String, Fence> applied, String stream) {
    return applied.getOrDefault(stream, Fence.NONE);
  }

  private static Set<String> held(Map<String, Fence> applied, List<Poisoned> poisons) {
    return poisons.stream()
        .filter(
            poison ->
                poison.holds() && fence(applied, poison.stream()).revision() < poison.revision())
        .map(Poisoned::stream)
        .collect(toUnmodifiableSet());
  }

  private static Parked parked(ParkedEvents.Parked delivered, boolean free) {
    return new Parked(
        EventRef.of(delivered),
        delivered.event(),
        delivered.since(),
        delivered.reason(),
        false,
        free && delivered.event() != null && delivered.reason().contains(WAITS_BEHIND));
  }

  /** Why an event is parked that waits for an earlier one. */
  static String waitsBehind(long revision) {
    return WAITS_BEHIND + revision + " of its stream";
  }

  /**
   * What the build still lacks for a poison: the event itself, or one behind it, which nobody may
   * have delivered yet. A poison that nothing is lacking for is struck out.
   */
  private Uni<Optional<Parked>> lacking(Applier<D> applier, Fence fence, Poisoned poison) {
    EventRef ref = EventRef.of(poison);
    if (poison.holds() ? fence.revision() < ref.revision() : !discards.contains(ref)) {
      return event(poison).map(event -> Optional.of(parked(ref, event.orElse(null), poison)));
    }
    return poison.holds()
        ? behind(applier, fence, poison)
        : applier.poisons().remove(List.of(poison)).replaceWith(Optional.empty());
  }

  /**
   * What a stream has that can't be read any more is known only to who reads the log to its end.
   */
  private Uni<Optional<Parked>> behind(Applier<D> applier, Fence fence, Poisoned poison) {
    EventRef next = new EventRef(poison.stream(), fence.revision() + 1);
    return store
        .exists(poison.stream())
        .onFailure(failure -> !(failure instanceof Unavailable) || failure instanceof DeniedStream)
        .recoverWithItem(false)
        .chain(
            exists ->
                exists
                    ? read(poison.stream(), next.revision(), 1)
                        .map(events -> events.stream().findFirst())
                        .call(
                            event ->
                                event.isPresent()
                                    ? Uni.createFrom().voidItem()
                                    : applier.poisons().remove(List.of(poison)))
                        .map(event -> event.map(it -> parked(EventRef.of(it), it, poison)))
                    : Uni.createFrom().item(Optional.of(parked(next, null, poison))));
  }

  /** What its stream does not give any more is in the log for longer. */
  private Uni<Optional<Recorded<StoredEvent>>> event(Poisoned poison) {
    return read(poison.stream(), poison.revision(), 1)
        .map(events -> events.stream().filter(EventRef.of(poison)::is).findFirst())
        .chain(
            found ->
                found.isPresent() || poison.position() < 0
                    ? Uni.createFrom().item(found)
                    : store
                        .at(poison.position())
                        .map(event -> event.filter(EventRef.of(poison)::is)));
  }

  /** What a stream gives; nothing where it can't be read. */
  private Uni<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
    return appliers
        .read(stream, from, limit)
        .onFailure(failure -> !(failure instanceof Unavailable))
        .recoverWithItem(List.of());
  }

  private static Parked parked(
      EventRef ref, @Nullable Recorded<StoredEvent> event, Poisoned poison) {
    boolean itself = ref.revision() == poison.revision();
    return new Parked(
        ref,
        event,
        poison.since(),
        itself ? poison.cause() : waitsBehind(poison.revision()),
        !poison.holds(),
        !itself);
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
      Survey<D> survey, List<String> streams, int perSecond, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    return Multi.createFrom()
        .iterable(streams)
        .onItem()
        .transformToUniAndConcatenate(stream -> release(survey, stream, perSecond, deadline))
        .collect()
        .with(summingLong(Long::longValue))
        .chain(applied -> tidy().map(left -> new Replayed(applied, left)));
  }

  /** Applies what a stream has behind its fence. */
  private Uni<Long> release(Survey<D> survey, String stream, int perSecond, long deadline) {
    return survey
        .applier()
        .applied(List.of(stream))
        .map(applied -> fence(applied, stream))
        .chain(
            fence ->
                System.nanoTime() > deadline
                    ? Uni.createFrom().item(0L)
                    : release(survey, stream, fence, perSecond, deadline));
  }

  private Uni<Long> release(
      Survey<D> survey, String stream, Fence fence, int perSecond, long deadline) {
    int page = Math.min(perSecond, PAGE);
    return read(stream, fence.revision() + 1, page)
        .chain(
            events ->
                events.isEmpty() || events.getFirst().revision() > fence.revision() + 1
                    ? releaseFromLog(survey, stream, fence, perSecond, deadline)
                    : survey
                        .applier()
                        .apply(events, Order.DELIVERED)
                        .onItem()
                        .delayIt()
                        .by(pause(events, perSecond))
                        .chain(
                            outcome ->
                                outcome.applied() < page
                                    ? Uni.createFrom().item((long) outcome.applied())
                                    : release(survey, stream, perSecond, deadline)
                                        .map(more -> more + outcome.applied())));
  }

  private static Duration pause(List<?> events, int perSecond) {
    return Duration.ofMillis(1 + 1_000L * events.size() / perSecond);
  }

  /** The log has what a deleted stream does not give any more, until the store is scavenged. */
  private Uni<Long> releaseFromLog(
      Survey<D> survey, String stream, Fence fence, int perSecond, long deadline) {
    if (fence.revision() >= survey.last(stream)) {
      return Uni.createFrom().item(0L);
    }
    Optional<Poisoned> held = survey.holds(stream);
    return before(survey.applier(), fence, stream, held)
        .chain(
            position ->
                Uni.createFrom()
                    .item(
                        () -> scan(survey.applier(), stream, fence, position, perSecond, deadline))
                    .runSubscriptionOn(Thread::startVirtualThread))
        .call(
            scanned ->
                scanned.complete()
                    ? survey.applier().poisons().remove(held.stream().toList())
                    : Uni.createFrom().voidItem())
        .map(Scanned::applied);
  }

  /** Behind which position everything of a stream is that is not applied. */
  private Uni<Long> before(
      Applier<D> applier, Fence fence, String stream, Optional<Poisoned> held) {
    Reached before = reached.get(stream);
    if (before != null && before.build().equals(applier.build()) && before.isOf(fence)) {
      return Uni.createFrom().item(before.position());
    }
    return held.filter(poison -> poison.position() >= 0)
        .filter(poison -> poison.revision() == fence.revision() + 1 || fence.isNowhere())
        .map(poison -> store.before(poison.position(), 1))
        .map(found -> found.map(event -> event.isEmpty() ? -1 : event.getFirst().position()))
        .orElseGet(() -> Uni.createFrom().item(fence.position()));
  }

  /**
   * How far the log was read for a stream, behind its fence.
   *
   * @param revision of the fence
   */
  private record Reached(String build, long revision, long position) {

    boolean isOf(Fence fence) {
      return revision == fence.revision();
    }
  }

  /**
   * What was found of a stream.
   *
   * @param complete whether all that the log has of it is applied
   */
  private record Scanned(long applied, boolean complete) {}

  private Scanned scan(
      Applier<D> applier, String stream, Fence fence, long after, int perSecond, long deadline) {
    long applied = 0;
    long last = fence.revision();
    try (Scan scan = Scan.ofStream(store, stream, after)) {
      while (!scan.ended() && System.nanoTime() < deadline) {
        List<Recorded<StoredEvent>> events = scan.next(Math.min(perSecond, PAGE));
        if (!events.isEmpty()) {
          Outcome outcome = applier.apply(events, Order.FROM_FENCE).await().atMost(store.timeout());
          applied += outcome.applied();
          if (!outcome.poisoned().isEmpty()) {
            reached.remove(stream);
            return new Scanned(applied, false);
          }
          last = events.getLast().revision();
          Thread.sleep(pause(events, perSecond));
        }
      }
      if (scan.ended()) {
        reached.remove(stream);
      } else {
        reached.put(stream, new Reached(applier.build(), last, scan.position()));
      }
      return new Scanned(applied, scan.ended());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Scanned(applied, false);
    }
  }

  /** Has the server get rid of the oldest ones that are settled; how many are parked still. */
  private Uni<Integer> tidy() {
    return survey()
        .call(
            survey -> {
              Set<EventRef> parked = survey.refs();
              List<ParkedEvents.Parked> settled =
                  survey.delivered().stream()
                      .takeWhile(entry -> !parked.contains(EventRef.of(entry)))
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
                      .filter(each -> !each.isOnlySupposed() && !discards.contains(each.ref()))
                      .map(each -> discarded(each, reason, by))
                      .toList();
              Uni<Void> recorded =
                  discarded.isEmpty() ? Uni.createFrom().voidItem() : discards.add(discarded);
              return recorded.chain(() -> replay(survey, streams(parked), PAGE, limit));
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
    return read(stream, revision + 1, PAGE)
        .chain(
            events -> {
              boolean begins = !events.isEmpty() && events.getFirst().revision() == 0;
              if (revision < 0 && !begins) {
                return Uni.createFrom()
                    .item(new Trial<>(stream, -1, "its first events can't be read any more", null));
              }
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
      for (Recorded<?> event : appliers.decode(stored)) {
        document = appliers.projection().apply(document, event).document();
      }
      return new Trial<>(before.stream(), stored.revision(), null, document);
    } catch (RuntimeException e) {
      return new Trial<>(before.stream(), before.revision(), e.toString(), before.document());
    }
  }

  /**
   * Replays what another release could not read and this one can, as a new event's type is known to
   * some instances before it is to all; and what only waited for such.
   *
   * @param parked as they were listed
   * @return how many events took effect
   */
  Uni<Long> replayFree(List<Parked> parked, Duration limit) {
    return free(parked).isEmpty()
        ? Uni.createFrom().item(0L)
        : builds
            .takesTurn(pause)
            .chain(mine -> mine ? replayFree(limit) : Uni.createFrom().item(0L));
  }

  private Uni<Long> replayFree(Duration limit) {
    return survey()
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
