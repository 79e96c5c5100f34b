package dev.foldline.core.effects;

import dev.foldline.core.Decider;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Truncated;
import dev.foldline.core.commands.Handled;
import dev.foldline.core.commands.HandledEffects;
import dev.foldline.core.commands.RecentKeys;
import dev.foldline.core.commands.StreamState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * How streams are folded, as the adapter of the event store does it.
 *
 * @param memory how many effects a stream remembers
 */
record Folds(Rule broken, int memory) {

  private static final RecentKeys.Window NO_KEYS =
      new RecentKeys.Window(0, Duration.ZERO, () -> Instant.EPOCH);

  StreamState<Bank.Ledger> load(Log log, String stream) {
    return fold(log, stream, nothing(stream));
  }

  StreamState<Bank.Ledger> nothing(String stream) {
    return new StreamState<>(
        Bank.of(stream).initial(),
        -1,
        -1,
        null,
        -1,
        new RecentKeys(NO_KEYS),
        new HandledEffects(memory));
  }

  /** Folds what is new; all of it, where the stream is not the one that was folded. */
  StreamState<Bank.Ledger> catchUp(Log log, String stream, StreamState<Bank.Ledger> from) {
    if (from.revision() < 0) {
      return fold(log, stream, from);
    }
    List<Log.Written> page = log.read(stream, from.revision());
    return !page.isEmpty() && page.getFirst().position() == from.position()
        ? fold(log, stream, from)
        : load(log, stream);
  }

  private StreamState<Bank.Ledger> fold(Log log, String stream, StreamState<Bank.Ledger> from) {
    Decider<?, Bank.Ledger, Bank.Event> decider = Bank.of(stream);
    StreamState<Bank.Ledger> now = from.apart();
    for (Log.Written event : log.read(stream, from.revision() + 1)) {
      boolean first = now.revision() < 0;
      if (first ? !event.beside().begins() : event.revision() != now.revision() + 1) {
        throw new Truncated(stream);
      }
      if (first && event.revision() > 0) {
        now.effects().forget(event.position());
      }
      handled(event).ifPresent(now.effects()::add);
      now =
          new StreamState<>(
              event.event().isMark()
                  ? now.state()
                  : decider.fold(now.state(), List.of(Bank.read(event.event()))),
              event.revision(),
              event.position(),
              event.event().id(),
              event.revision(),
              now.keys(),
              broken(now.effects(), event));
    }
    return now;
  }

  /** The effect that an event is of. */
  static Optional<Handled> handled(Log.Written event) {
    return Optional.ofNullable(event.beside().effect())
        .map(
            key -> new Handled(key, refused(event.event()), event.revision(), event.position(), 0));
  }

  /** Why a mark says that it was refused; empty where it was done. */
  static String refused(StoredEvent event) {
    return event.isMark() ? Text.parts(event.data()).getFirst() : "";
  }

  private HandledEffects broken(HandledEffects effects, Log.Written last) {
    return switch (broken) {
      case THE_MEMORY_SAYS_WHAT_IT_FORGOT -> remembering(effects.all());
      case THE_MEMORY_IS_OF_EFFECTS_ALONE -> {
        boolean isOfOthers = last.beside().effect() == null && effects.size() == memory;
        List<Handled> all = effects.all();
        yield isOfOthers ? remembering(all.subList(1, all.size())) : effects;
      }
      default -> effects;
    };
  }

  private HandledEffects remembering(List<Handled> all) {
    HandledEffects effects = new HandledEffects(memory);
    all.forEach(effects::add);
    return effects;
  }

  /** What is known after a turn of the command loop, which keeps the memory too. */
  StreamState<Bank.Ledger> known(StreamState<Bank.Ledger> state) {
    return broken == Rule.THE_MEMORY_SAYS_WHAT_IT_FORGOT
        ? new StreamState<>(
            state.state(),
            state.revision(),
            state.position(),
            state.lastEvent(),
            state.unmarked(),
            state.keys(),
            remembering(state.effects().all()))
        : state;
  }

  /** What identifies a state among those of a stream. */
  static String name(StreamState<?> state) {
    List<String> keys = new ArrayList<>();
    for (Handled handled : state.effects().all()) {
      keys.add(shortly(handled.key()) + handled.position());
    }
    return state.position() + "" + keys + state.effects().forgotten();
  }

  static String shortly(UUID id) {
    return Integer.toString(id.hashCode(), 36);
  }
}
