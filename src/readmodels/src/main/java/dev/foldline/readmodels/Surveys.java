package dev.foldline.readmodels;

import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.DeniedStream;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.subscriptions.ParkedEvents;
import dev.foldline.readmodels.Parking.Parked;
import dev.foldline.redis.Builds;
import dev.foldline.redis.Fence;
import dev.foldline.redis.Poisons.Poisoned;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what is parked: of what the server keeps and what the build could not read from the
 * log, that which the read models lack. Safe for use by many threads.
 */
final class Surveys<D> {

  private static final String WAITS_BEHIND = "waits behind event ";
  private static final int READS_AT_ONCE = 8;

  private final EventStore store;
  private final Builds builds;
  private final ParkedEvents delivered;
  private final Discards discards;
  private final Applier.Factory<D> appliers;

  Surveys(
      EventStore store,
      Builds builds,
      ParkedEvents delivered,
      Discards discards,
      Applier.Factory<D> appliers) {
    this.store = store;
    this.builds = builds;
    this.delivered = delivered;
    this.discards = discards;
    this.appliers = appliers;
  }

  /** What the server and the build say, and what is left of it. */
  record Survey<D>(
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

    /** What the server keeps though it took effect, as far as nothing older did not. */
    List<ParkedEvents.Parked> settled() {
      Set<EventRef> lacking = parked.stream().map(Parked::ref).collect(toUnmodifiableSet());
      return delivered.stream().takeWhile(entry -> !lacking.contains(EventRef.of(entry))).toList();
    }
  }

  /** As it is now. */
  Uni<Survey<D>> take() {
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
                    .unis(delivered.list(Parking.MOST), applier.poisons().list(Parking.MOST))
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
                              .forEach(each -> parked.merge(each.ref(), each, Surveys::later));
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
    return parked.stream().sorted(Comparator.comparing(Parked::since)).limit(Parking.MOST).toList();
  }

  static Fence fence(Map<String, Fence> applied, String stream) {
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
                    ? appliers
                        .readable(poison.stream(), next.revision(), 1)
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
    return appliers
        .readable(poison.stream(), poison.revision(), 1)
        .map(events -> events.stream().filter(EventRef.of(poison)::is).findFirst())
        .chain(
            found ->
                found.isPresent() || poison.position() < 0
                    ? Uni.createFrom().item(found)
                    : store
                        .at(poison.position())
                        .map(event -> event.filter(EventRef.of(poison)::is)));
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
}
