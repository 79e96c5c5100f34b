package dev.foldline.core.effects;

import dev.foldline.core.Decider;
import dev.foldline.core.Effect;
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
    return new Effect.Send<>(send.name(), done(send.to()), send.command());
  }

  /** One that leaves a mark as if it had been refused. */
  public static <C> Effect.Send<C> refused(Effect.Send<C> send, String code) {
    return new Effect.Send<>(send.name(), refused(send.to(), code), send.command());
  }

  private static <C, S, E> Decider<C, S, E> done(Decider<C, S, E> target) {
    return deciding(target, (_, _) -> List.of());
  }

  private static <C, S, E> Decider<C, S, E> refused(Decider<C, S, E> target, String code) {
    return deciding(
        target,
        (_, _) -> {
          throw new Refused(code);
        });
  }

  private static <C, S, E> Decider<C, S, E> deciding(
      Decider<C, S, E> target, BiFunction<C, S, List<E>> decide) {
    return new Decider<>(
        target.category(),
        target.id(),
        target.initial(),
        decide,
        target.evolve(),
        target.stateVersion());
  }
}
