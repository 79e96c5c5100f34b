package dev.foldline.reactions;

import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.effects.Cause;
import dev.foldline.eventstoredb.events.Unbroken;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What stored events lead to, by a reaction. Safe for use by many threads. */
final class EventEffects<E> {

  private static final int PAGE = 500;

  private final Engine engine;
  private final Reaction<E> reaction;
  private final LongSupplier beginsBehind;

  /**
   * @param beginsBehind the position behind which the reaction begins
   */
  EventEffects(Engine engine, Reaction<E> reaction, LongSupplier beginsBehind) {
    this.engine = engine;
    this.reaction = reaction;
    this.beginsBehind = beginsBehind;
  }

  /** An event's effects. */
  record Caused<E>(Cause<E> cause, List<Effect> effects) {}

  /** An effect of an event before. */
  record Earlier<E>(Cause<E> cause, Effect effect) {}

  /**
   * Those of one stored event, which may be several by now. Throws, or fails with, what the
   * reaction throws, and where it can't be read.
   */
  Uni<List<Caused<E>>> of(Recorded<StoredEvent> stored) {
    return reaction.needsState()
        ? before(stored).map(state -> caused(state, stored).caused())
        : Uni.createFrom().item(caused(reaction.beginning(), stored).caused());
  }

  private record Reached<E>(Reaction.AsOf<E> state, List<Caused<E>> caused) {}

  private Reached<E> caused(Reaction.AsOf<E> before, Recorded<StoredEvent> stored) {
    List<Caused<E>> all = new ArrayList<>();
    Reaction.AsOf<E> state = before;
    for (Recorded<E> event : decode(stored)) {
      state = state.and(event.event());
      Cause<E> cause = new Cause<>(engine.namespace(), reaction.name(), event, all.size());
      all.add(new Caused<>(cause, state.effects(event)));
    }
    return new Reached<>(state, all);
  }

  private List<Recorded<E>> decode(Recorded<StoredEvent> stored) {
    return stored.event().isPassedOver()
        ? List.of()
        : engine.codec().decode(stored, reaction.category());
  }

  /** The state before an event. */
  private Uni<Reaction.AsOf<E>> before(Recorded<StoredEvent> stored) {
    return fold(stored, -1, reaction.beginning());
  }

  private Uni<Reaction.AsOf<E>> fold(
      Recorded<StoredEvent> stored, long last, Reaction.AsOf<E> start) {
    int limit = (int) Math.min(PAGE, stored.revision() - last - 1);
    if (limit == 0) {
      return Uni.createFrom().item(start);
    }
    return engine
        .store()
        .remaining(stored.stream(), last + 1, limit)
        .map(events -> before(stored, events))
        .chain(
            page -> {
              Unbroken.check(last, page);
              Reaction.AsOf<E> state = start;
              for (Recorded<StoredEvent> event : page) {
                for (Recorded<E> each : decode(event)) {
                  state = state.and(each.event());
                }
              }
              return page.size() < limit
                  ? Uni.createFrom().item(state)
                  : fold(stored, page.getLast().revision(), state);
            });
  }

  /** Where a stream's first events are gone, a reading of it begins later, and goes further. */
  private static List<Recorded<StoredEvent>> before(
      Recorded<?> event, List<Recorded<StoredEvent>> read) {
    return read.stream().filter(each -> each.revision() < event.revision()).toList();
  }

  /**
   * The newest effect with a name, of the events of a stream before one of them that the reaction
   * handles; empty where there is none. Fails with {@link IllegalStateException} where too many
   * would have to be looked at.
   */
  Uni<Optional<Earlier<E>>> newestBefore(Recorded<?> event, String effect) {
    if (reaction.needsState() && event.revision() > Effect.Cancel.FURTHEST) {
      return Uni.createFrom()
          .failure(
              new IllegalStateException(
                  "'%s' is looked for in %d events at most"
                      .formatted(effect, Effect.Cancel.FURTHEST)));
    }
    if (event.revision() == 0) {
      return Uni.createFrom().item(Optional.empty());
    }
    long first = Math.max(0, event.revision() - Effect.Cancel.FURTHEST);
    return engine
        .store()
        .remaining(event.stream(), first, (int) (event.revision() - first))
        .map(events -> before(event, events))
        .map(
            events ->
                reaction.needsState() ? newestOfFolded(events, effect) : newest(events, effect));
  }

  private Optional<Earlier<E>> newest(List<Recorded<StoredEvent>> events, String effect) {
    for (Recorded<StoredEvent> each : events.reversed()) {
      Optional<Earlier<E>> found = newest(each, caused(reaction.beginning(), each), effect);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<Earlier<E>> newestOfFolded(List<Recorded<StoredEvent>> events, String effect) {
    Unbroken.check(-1, events);
    Reaction.AsOf<E> state = reaction.beginning();
    Optional<Earlier<E>> newest = Optional.empty();
    for (Recorded<StoredEvent> each : events) {
      Reached<E> reached = caused(state, each);
      state = reached.state();
      Optional<Earlier<E>> here = newest(each, reached, effect);
      newest = here.isPresent() ? here : newest;
    }
    return newest;
  }

  private Optional<Earlier<E>> newest(
      Recorded<StoredEvent> event, Reached<E> reached, String effect) {
    return event.position() <= beginsBehind.getAsLong()
        ? Optional.empty()
        : reached.caused().reversed().stream()
            .flatMap(
                caused ->
                    caused.effects().stream()
                        .filter(one -> one.name().equals(effect))
                        .map(one -> new Earlier<>(caused.cause(), one)))
            .findFirst();
  }
}
