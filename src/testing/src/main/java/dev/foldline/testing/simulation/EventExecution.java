package dev.foldline.testing.simulation;

import dev.foldline.core.Effect;
import dev.foldline.core.Namespace;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.effects.Cause;
import dev.foldline.core.effects.Overruled;
import dev.foldline.core.effects.Stage;
import dev.foldline.core.effects.Told;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One execution of the effects of one event, one after another. */
final class EventExecution<E> implements Work {

  private final World world;
  private final Reaction<E> reaction;
  private final Recorded<E> event;
  private final Consumer<Recorded<E>> settled;
  private @Nullable Deque<EffectExecution> left;

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
    Deque<EffectExecution> effects = left == null ? begin() : left;
    left = effects;
    if (!effects.isEmpty() && effects.element().step(chance)) {
      effects.remove();
    }
    if (effects.isEmpty()) {
      settled.accept(event);
    }
    return effects.isEmpty();
  }

  private Deque<EffectExecution> begin() {
    Cause<E> cause = cause(event);
    List<Effect> effects = state(event).effects(event);
    if (!effects.isEmpty() && cause.isTooDeep()) {
      throw new IllegalStateException(
          "a loop: %d reactions led to it, one after another".formatted(Cause.DEEPEST));
    }
    Deque<EffectExecution> all = new ArrayDeque<>();
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Send<?> send -> all.add(execution(cause, send, send));
        case Effect.Perform<?> perform -> all.add(execution(cause, perform, null));
        case Effect.Remind<?> remind -> remind(cause, remind);
        case Effect.Cancel cancel -> all.add(cancel(earlier(cancel.effect()), cancel));
      }
    }
    return all;
  }

  private EffectExecution execution(
      Cause<E> cause, Effect effect, Effect.@Nullable Send<?> command) {
    return new EffectExecution(
        world, cause, effect, command, Told.of(reaction, cause, effect), this::keyOf);
  }

  private void remind(Cause<E> cause, Effect.Remind<?> remind) {
    Effect.Send<?> command = reaction.command(cause.event(), remind);
    world
        .agenda()
        .add(
            cause.key(remind.name(), Stage.ACT),
            cause.due(remind),
            remind.name() + " of " + event.stream() + ": " + remind.command(),
            new Reminding(() -> execution(cause, remind, command)));
  }

  private EffectExecution cancel(Optional<Earlier<E>> found, Effect.Cancel cancel) {
    Earlier<E> earlier =
        found.orElseThrow(
            () ->
                new IllegalStateException(
                    "no event before it has an effect '%s' to cancel".formatted(cancel.effect())));
    return execution(
        earlier.cause(),
        earlier.effect(),
        Overruled.tooLate(reaction, earlier.cause(), earlier.effect()));
  }

  /** An effect of an event before. */
  private record Earlier<E>(Cause<E> cause, Effect effect) {}

  /** What a reminder leads to when it is due. */
  private static final class Reminding implements Work {

    private final Supplier<EffectExecution> begin;
    private EffectExecution execution;

    Reminding(Supplier<EffectExecution> begin) {
      this.begin = begin;
      this.execution = begin.get();
    }

    @Override
    public boolean step(Chance chance) {
      return execution.step(chance);
    }

    @Override
    public Work again() {
      return new Reminding(begin);
    }
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

  private Optional<Earlier<E>> earlier(String name) {
    return world.log().events(reaction.category(), event.stream()).reversed().stream()
        .filter(each -> each.revision() < event.revision())
        .flatMap(
            each ->
                state(each).effects(each).stream()
                    .filter(one -> one.name().equals(name))
                    .map(one -> new Earlier<>(cause(each), one)))
        .findFirst();
  }

  private Optional<UUID> keyOf(String name) {
    return earlier(name).map(found -> found.cause().key(name, Stage.ACT));
  }

  @Override
  public Work again() {
    return new EventExecution<>(world, reaction, event, settled);
  }
}
