package dev.foldline.core.effects;

import dev.foldline.core.Decider;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Result;
import dev.foldline.core.commands.CommandIdentity.OnRefusal;
import java.util.Optional;
import java.util.function.Function;

/**
 * Who is told what became of an effect.
 *
 * @param command that tells it
 * @param refusal what becomes of it if they refuse to be told
 */
public record Told<C>(Decider<C, ?, ?> decider, Function<Result, C> command, OnRefusal refusal) {

  /** Those of an effect: of an activity of which nobody else is told, {@link Untold}. */
  public static <E> Optional<Told<?>> of(Reaction<E> reaction, Cause<E> cause, Effect effect) {
    return switch (effect) {
      case Effect.Send<?> _ -> answered(reaction, cause);
      case Effect.Perform<?> _ ->
          answered(reaction, cause).or(() -> Optional.of(untold(cause, effect)));
      case Effect.Remind<?> _, Effect.Cancel _ -> Optional.empty();
    };
  }

  private static <E> Optional<Told<?>> answered(Reaction<E> reaction, Cause<E> cause) {
    return reaction.answers().map(answering -> answered(answering, cause));
  }

  private static <E, C> Told<C> answered(Reaction.Answering<E, C> answering, Cause<E> cause) {
    return new Told<>(
        answering.decider(), result -> answering.tell(cause.event(), result), OnRefusal.FAIL);
  }

  private static Told<Untold> untold(Cause<?> cause, Effect effect) {
    String key = cause.key(effect.name(), Stage.ANSWER).toString();
    return new Told<>(Untold.DECIDER, result -> new Untold(key, result), OnRefusal.MARK);
  }

  /** Their stream, which is the same whatever became of the effect. */
  public String stream(String effect) {
    return decider.stream(command.apply(new Result.Failed(effect, "unknown")));
  }
}
