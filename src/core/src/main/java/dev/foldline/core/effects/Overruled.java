package dev.foldline.core.effects;

import dev.foldline.core.Decider;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Refused;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A command of which something else than its decider says what becomes of it, under the key of the
 * effect: what stands in the target already is not changed by it.
 */
public final class Overruled {

  private Overruled() {}

  /** One that leaves a mark as if there had been nothing to do. */
  public static <C> Effect.Send<C> done(Effect.Send<C> send) {
    return saying("", send);
  }

  /** One that leaves a mark as if it had been refused. */
  public static <C> Effect.Send<C> refused(Effect.Send<C> send, String code) {
    return saying(code, send);
  }

  /**
   * What ends an effect that has not taken place, in its target and under its key.
   *
   * @throws IllegalArgumentException if it is none that can be cancelled
   */
  public static <E> Effect.Send<?> tooLate(Reaction<E> reaction, Cause<E> cause, Effect effect) {
    return switch (effect) {
      case Effect.Send<?> send -> tooLate(send);
      case Effect.Remind<?> remind -> tooLate(reaction.command(cause.event(), remind));
      case Effect.Perform<?> _ ->
          throw new IllegalArgumentException(
              "'%s' is an activity, which can't be cancelled".formatted(effect.name()));
      case Effect.Cancel _ ->
          throw new IllegalArgumentException("'%s' cancels another one".formatted(effect.name()));
    };
  }

  private static <C> Effect.Send<C> tooLate(Effect.Send<C> send) {
    return refused(send, Effect.Cancel.TOO_LATE);
  }

  private static <C> Effect.Send<C> saying(String refused, Effect.Send<C> send) {
    return new Effect.Send<>(send.name(), saying(refused, send.to()), send.command());
  }

  private static <C, S, E> Decider<C, S, E> saying(String refused, Decider<C, S, E> target) {
    return new Decider<>(
        target.category(),
        target.id(),
        target.initial(),
        new Word<>(refused),
        target.evolve(),
        target.stateVersion());
  }

  /** Two that say the same are equal, so that such commands are decided together. */
  private record Word<C, S, E>(String refused) implements BiFunction<C, S, List<E>> {

    @Override
    public List<E> apply(C command, S state) {
      if (refused.isEmpty()) {
        return List.of();
      }
      throw new Refused(refused);
    }
  }
}
