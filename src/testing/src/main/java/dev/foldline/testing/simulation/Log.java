package dev.foldline.testing.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.core.Appended;
import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.WrongRevision;
import dev.foldline.core.commands.Asked;
import dev.foldline.core.commands.CommandIdentity;
import dev.foldline.core.commands.Earlier;
import dev.foldline.core.commands.Handled;
import dev.foldline.core.commands.HandledEffects;
import dev.foldline.core.commands.Happened;
import dev.foldline.core.commands.RecentKeys;
import dev.foldline.core.commands.StreamState;
import dev.foldline.core.effects.ReadingBack;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The log of all streams, in memory. Like an event store it takes an append for a repeat whose ids
 * it has at that revision. Used by one thread at a time.
 */
final class Log {

  private static final RecentKeys.Window WINDOW =
      new RecentKeys.Window(Integer.MAX_VALUE, Duration.ofDays(1), () -> Instant.EPOCH);

  private final List<Recorded<Object>> all = new ArrayList<>();
  private Instant now = Instant.EPOCH;
  private final Map<String, List<Recorded<Object>>> streams = new HashMap<>();

  /** By their ids, which hold what they are: there is no JSON here. */
  private final Map<UUID, Proposed> proposed = new HashMap<>();

  /** What stands for an effect that left no event. */
  record Mark(String refused) {}

  /** An event that may be appended, and the command that it is of. */
  private record Proposed(Object event, Asked<?> asked) {

    Map<String, Object> metadata() {
      Map<String, Object> metadata = new HashMap<>(asked.context().metadata());
      if (!asked.context().caller().isAnonymous()) {
        metadata.put("user", asked.context().caller().subject());
      }
      return Map.copyOf(metadata);
    }
  }

  /**
   * An event as it is appended.
   *
   * @param index which one of the command's
   */
  StoredEvent propose(Asked<?> asked, String stream, int index, String type, Object event) {
    byte[] data = event.toString().getBytes(UTF_8);
    UUID id = asked.identity().eventId(stream, asked.context().caller(), index, type, data);
    proposed.put(id, new Proposed(event, asked));
    return new StoredEvent(id, type, data, new byte[0]);
  }

  /**
   * Appends at a revision.
   *
   * @throws WrongRevision if the stream has another one
   */
  Appended append(String stream, long expected, List<StoredEvent> events) {
    List<Recorded<Object>> those = streams.computeIfAbsent(stream, _ -> new ArrayList<>());
    int from = (int) expected + 1;
    if (from == those.size()) {
      events.forEach(event -> add(stream, those, event.id()));
    }
    int end = from + events.size();
    if (end > those.size()
        || !events.stream()
            .map(StoredEvent::id)
            .toList()
            .equals(those.subList(from, end).stream().map(Recorded::eventId).toList())) {
      throw new WrongRevision(stream);
    }
    Recorded<Object> last = those.get(end - 1);
    return new Appended(last.revision(), last.position());
  }

  private void add(String stream, List<Recorded<Object>> those, UUID id) {
    Proposed event = proposed(id);
    Recorded<Object> recorded =
        new Recorded<>(event.event(), id, stream, those.size(), all.size(), now, event.metadata());
    those.add(recorded);
    all.add(recorded);
  }

  private Proposed proposed(UUID id) {
    @Nullable Proposed found = proposed.get(id);
    if (found == null) {
      throw new IllegalStateException("nobody proposed " + id);
    }
    return found;
  }

  /** What time it is. */
  Instant now() {
    return now;
  }

  /** Goes on to a time. */
  void at(Instant time) {
    now = time;
  }

  /** A stream before its first event. */
  <S> StreamState<S> nothing(Decider<?, S, ?> decider) {
    return StreamState.nothing(decider.initial(), WINDOW);
  }

  /**
   * Folds what is new in a stream.
   *
   * @param sought the ids of events that may be among it
   */
  <S, E> Happened.Read<S> read(
      Decider<?, S, E> decider, String stream, StreamState<S> from, Set<UUID> sought) {
    StreamState<S> now = from.apart();
    Map<UUID, Long> found = new HashMap<>();
    List<Recorded<Object>> those = stream(stream);
    for (Recorded<Object> event : those.subList((int) from.revision() + 1, those.size())) {
      now = fold(decider, now, event);
      if (sought.contains(event.eventId())) {
        found.put(event.eventId(), event.revision());
      }
    }
    return new Happened.Read<>(now, found);
  }

  private <S, E> StreamState<S> fold(
      Decider<?, S, E> decider, StreamState<S> before, Recorded<Object> event) {
    RecentKeys keys = before.keys();
    HandledEffects effects = before.effects();
    Asked<?> asked = proposed(event.eventId()).asked();
    switch (asked.identity()) {
      case CommandIdentity.OfCall _ -> {}
      case CommandIdentity.OfRequest(var request, var ordinal) ->
          keys.add(
              new RecentKeys.Entry(
                  request.key(),
                  ordinal,
                  request.mac(),
                  asked.context().caller().subject(),
                  event.revision(),
                  Instant.EPOCH));
      case CommandIdentity.OfEffect effect -> effects.add(handled(effect, event));
    }
    boolean isMark = event.event() instanceof Mark;
    return new StreamState<>(
        isMark ? before.state() : evolve(decider, before.state(), event),
        event.revision(),
        event.position(),
        event.eventId(),
        isMark ? before.unmarked() : event.revision(),
        keys,
        effects);
  }

  private static <S, E> S evolve(Decider<?, S, E> decider, S state, Recorded<Object> event) {
    return decider.evolve().apply(state, decider.category().family().cast(event.event()));
  }

  private static Handled handled(CommandIdentity.OfEffect effect, Recorded<Object> event) {
    String refused = event.event() instanceof Mark(var code) ? code : "";
    return new Handled(effect.key(), refused, event.revision(), event.position(), effect.digest());
  }

  /**
   * Every effect that a stream holds behind a position.
   *
   * @param sought the key of the effect for which it is read
   */
  Earlier readBack(String stream, long cause, UUID sought) {
    List<ReadingBack.Place> places =
        stream(stream).reversed().stream()
            .map(event -> new ReadingBack.Place(event.revision(), event.position(), effect(event)))
            .toList();
    return switch (new ReadingBack(cause, sought, new Earlier.Unread()).next(places, false)) {
      case ReadingBack.Turn.Known(var earlier) -> earlier;
      case ReadingBack.Turn.Nothing() -> new Earlier.NeverWas();
      case ReadingBack.Turn.More more -> throw new IllegalStateException("all was read: " + more);
      case ReadingBack.Turn.Unknowable(var reason) ->
          throw new IllegalStateException("nothing is deleted, but " + reason);
    };
  }

  private @Nullable Handled effect(Recorded<Object> event) {
    return proposed(event.eventId()).asked().identity() instanceof CommandIdentity.OfEffect effect
        ? handled(effect, event)
        : null;
  }

  private List<Recorded<Object>> stream(String stream) {
    return streams.getOrDefault(stream, List.of());
  }

  /** The events of a stream, without marks. */
  <E> List<Recorded<E>> events(Category<E> category, String stream) {
    return stream(stream).stream()
        .filter(event -> !(event.event() instanceof Mark))
        .map(event -> event.map(category.family()::cast))
        .toList();
  }

  /** All that there is, marks included, in its order. */
  List<Recorded<Object>> all() {
    return all;
  }
}
