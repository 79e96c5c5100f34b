package dev.foldline.testing.simulation;

import dev.foldline.core.Effect;
import dev.foldline.core.Namespace;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.effects.Cause;
import dev.foldline.core.effects.Stage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One execution of the effects of one event, one after another. */
final class EventExecution<E> implements Work {

  private final World world;
  private final Reaction<E> reaction;
  private final Recorded<E> event;
  private final Consumer<Recorded<E>> settled;
  private @Nullable Deque<EffectExecution<E>> left;

  /**
   * @param settled is told when each effect has its outcome
   */
  EventExecution(
      World world, Reaction<E> reaction, Recorded<E> event, Consumer<Recorded<E>> settled) {
    this.world = world;
    this.reaction = reaction;
    this.event = event;
    this.settled = settled;
  }

  @Override
  public boolean step(Chance chance) {
    try {
      return next(chance);
    } catch (RuntimeException e) {
      throw new AssertionError(
          "%s: event %d of %s would be parked: %s"
              .formatted(reaction, event.revision(), event.stream(), e.getMessage()),
          e);
    }
  }

  private boolean next(Chance chance) {
    Deque<EffectExecution<E>> effects = left == null ? begin() : left;
    left = effects;
    if (!effects.isEmpty() && effects.element().step(chance)) {
      effects.remove();
    }
    if (effects.isEmpty()) {
      settled.accept(event);
    }
    return effects.isEmpty();
  }

  private Deque<EffectExecution<E>> begin() {
    Cause<E> cause = cause(event);
    Deque<EffectExecution<E>> all = new ArrayDeque<>();
    for (Effect effect : state(event).effects(event)) {
      all.add(new EffectExecution<>(world, reaction, cause, effect, this::earlier));
    }
    if (!all.isEmpty() && cause.isTooDeep()) {
      throw new IllegalStateException(
          "a loop: %d reactions led to it, one after another".formatted(Cause.DEEPEST));
    }
    return all;
  }

  private Cause<E> cause(Recorded<E> of) {
    return new Cause<>(Namespace.NONE, reaction.name(), of, 0);
  }

  /** The state as of an event. */
  private Reaction.AsOf<E> state(Recorded<E> of) {
    Reaction.AsOf<E> state = reaction.beginning();
    for (Recorded<E> each : world.log().events(reaction.category(), of.stream())) {
      if (each.revision() <= of.revision()) {
        state = state.and(each.event());
      }
    }
    return state;
  }

  private Optional<UUID> earlier(String effect) {
    return world.log().events(reaction.category(), event.stream()).reversed().stream()
        .filter(each -> each.revision() < event.revision())
        .filter(
            each -> state(each).effects(each).stream().anyMatch(one -> one.name().equals(effect)))
        .findFirst()
        .map(each -> cause(each).key(effect, Stage.ACT));
  }

  @Override
  public Work again() {
    return new EventExecution<>(world, reaction, event, settled);
  }
}
