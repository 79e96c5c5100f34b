package dev.foldline.testing.simulation;

import dev.foldline.core.Caller;
import dev.foldline.core.Conflict;
import dev.foldline.core.Decider;
import dev.foldline.core.Effect;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Performs;
import dev.foldline.core.Performs.Attempt;
import dev.foldline.core.Refused;
import dev.foldline.core.Result;
import dev.foldline.core.Unavailable;
import dev.foldline.core.commands.Answer;
import dev.foldline.core.commands.Asked;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.CommandIdentity.OfEffect;
import dev.foldline.core.commands.CommandIdentity.OnRefusal;
import dev.foldline.core.commands.Earlier;
import dev.foldline.core.commands.NotReached;
import dev.foldline.core.commands.Precondition;
import dev.foldline.core.effects.Cause;
import dev.foldline.core.effects.EffectSteps;
import dev.foldline.core.effects.Next;
import dev.foldline.core.effects.Stage;
import dev.foldline.core.effects.Told;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One execution of one effect: does what its {@link EffectSteps} say. */
final class EffectExecution {

  /** So often an activity is tried that does not work. */
  private static final int MOST_TRIES = 10;

  /** As an application's reactions say it. */
  private static final String GAVE_UP = "gave-up";

  private final World world;
  private final Cause<?> cause;
  private final Effect effect;
  private final Effect.@Nullable Send<?> sent;
  private final Function<String, Optional<UUID>> earlier;
  private final Optional<Told<?>> told;
  private final EffectSteps steps;
  private Next due;
  private @Nullable CommandExecution<?, ?, ?> command;
  private int tries;

  /**
   * @param sent the command that its target decides; null of an activity
   * @param earlier the key of the newest effect with a name, of the events before the cause
   */
  EffectExecution(
      World world,
      Cause<?> cause,
      Effect effect,
      Effect.@Nullable Send<?> sent,
      Optional<Told<?>> told,
      Function<String, Optional<UUID>> earlier) {
    this.world = world;
    this.cause = cause;
    this.effect = effect;
    this.sent = sent;
    this.told = told;
    this.earlier = earlier;
    this.steps = new EffectSteps(sent == null, told.isPresent(), key(Stage.ANSWER));
    this.due = steps.first();
  }

  private UUID key(Stage stage) {
    return cause.key(effect.name(), stage);
  }

  /**
   * Does the next step.
   *
   * @return whether it has its outcome, which is told
   */
  boolean step(Chance chance) {
    due = next(chance);
    return due instanceof Next.Acknowledge;
  }

  private Next next(Chance chance) {
    return switch (due) {
      case Next.Act(var target) -> act(send(), target, chance);
      case Next.ReadTarget() -> steps.targetRead(readBack(send().stream(), Stage.ACT));
      case Next.FindOutcome(var reason) ->
          throw new IllegalStateException("nothing is truncated, but " + reason);
      case Next.ReadTold last -> steps.toldRead(last, readBackTold());
      case Next.Perform() -> perform(chance);
      case Next.Tell last -> tell(whoIsTold(), last, chance);
      case Next.ReadToTell last -> steps.readToTell(last, readBackTold());
      case Next.Acknowledge() -> due;
      case Next.Park(var reason) -> throw new IllegalStateException(effect.name() + ": " + reason);
    };
  }

  private Effect.Send<?> send() {
    return Objects.requireNonNull(sent, () -> effect + " has no target");
  }

  private Told<?> whoIsTold() {
    return told.orElseThrow(() -> new IllegalStateException("nobody is told of " + effect));
  }

  private Earlier readBackTold() {
    return readBack(whoIsTold().stream(effect.name()), Stage.ANSWER);
  }

  private Earlier readBack(String stream, Stage sought) {
    return world.log().readBack(stream, cause.event().position(), key(sought));
  }

  private <C> Next act(Effect.Send<C> send, Earlier target, Chance chance) {
    return handle(send.to(), send.command(), effect(Stage.ACT, target, OnRefusal.MARK), chance)
        .map(
            answer ->
                switch (answer) {
                  case Answer.Done(var receipt) ->
                      steps.acted(new Result.Done(effect.name(), receipt));
                  case Answer.Failed(Refused refused) ->
                      steps.acted(new Result.Refused(effect.name(), refused.code()));
                  case Answer.Failed(NotReached _) -> steps.targetNotReached();
                  case Answer.Failed(var failure) -> again(failure);
                })
        .orElse(due);
  }

  private <C> Next tell(Told<C> who, Next.Tell last, Chance chance) {
    return handle(
            who.decider(),
            who.command().apply(last.result()),
            effect(Stage.ANSWER, last.told(), who.refusal()),
            chance)
        .map(
            answer ->
                switch (answer) {
                  case Answer.Done _ -> steps.told();
                  case Answer.Failed(Refused refused) ->
                      switch (who.refusal()) {
                        case MARK -> steps.told();
                        case FAIL -> steps.toldRefused(refused.code());
                      };
                  case Answer.Failed(NotReached _) -> steps.toldNotReached(last);
                  case Answer.Failed(var failure) -> again(failure);
                })
        .orElse(due);
  }

  private OfEffect effect(Stage stage, Earlier found, OnRefusal refusal) {
    return new OfEffect(key(stage), cause.event().position(), found, refusal);
  }

  /** One step of a command. */
  private <C> Optional<Answer> handle(
      Decider<C, ?, ?> decider, C what, OfEffect identity, Chance chance) {
    CommandExecution<?, ?, ?> execution =
        command == null
            ? new CommandExecution<>(world, decider, new Asked<>(what, context(), identity))
            : command;
    Optional<Answer> answer = execution.step(chance);
    command = answer.isPresent() ? null : execution;
    return answer;
  }

  private CommandContext context() {
    return new CommandContext(
        Caller.ANONYMOUS,
        Optional.empty(),
        new Precondition.None(),
        cause.metadata(effect),
        CommandContext.NONE.timeout());
  }

  /** What others were first with is done again; anything else is a bug. */
  private Next again(Throwable failure) {
    return switch (failure) {
      case Conflict _, OutcomeUnknown _ -> steps.first();
      default -> throw new IllegalStateException(effect.name() + ": " + failure, failure);
    };
  }

  private Next perform(Chance chance) {
    if (effect instanceof Effect.Perform<?> activity) {
      return perform(activity, chance);
    }
    throw new IllegalStateException(effect + " is no activity");
  }

  private <I> Next perform(Effect.Perform<I> activity, Chance chance) {
    Attempt attempt = new Attempt(key(Stage.ACT).toString(), undoes(activity));
    Performs<I, ?> performs = performs(activity);
    tries++;
    try {
      fail(chance);
      Result result = tried(activity, performs, attempt);
      fail(chance);
      return steps.performed(result);
    } catch (Exception _) {
      return tries < MOST_TRIES
          ? due
          : steps.performed(new Result.Failed(activity.name(), GAVE_UP));
    }
  }

  private static <I> Result tried(
      Effect.Perform<I> activity, Performs<I, ?> performs, Attempt attempt) throws Exception {
    try {
      return new Result.Done(activity.name(), performs.perform(activity.input(), attempt));
    } catch (Refused refused) {
      return new Result.Refused(activity.name(), refused.code());
    }
  }

  /** A call does not arrive, or its answer does not. */
  private static void fail(Chance chance) {
    if (chance.strikes(8)) {
      throw new Unavailable("the other system does not answer");
    }
  }

  @SuppressWarnings("unchecked") // it was given by the activity's types
  private <I> Performs<I, ?> performs(Effect.Perform<I> activity) {
    @Nullable Performs<?, ?> performs = world.performers().get(activity.activity());
    if (performs == null) {
      throw new IllegalStateException("nobody performs '" + activity.activity() + "'");
    }
    return (Performs<I, ?>) performs;
  }

  private Optional<String> undoes(Effect.Perform<?> activity) {
    @Nullable String undone = activity.undoes();
    if (undone == null) {
      return Optional.empty();
    }
    Optional<UUID> key = earlier.apply(undone);
    if (key.isEmpty()) {
      throw new IllegalStateException("no event before it has an effect '" + undone + "' to undo");
    }
    return key.map(UUID::toString);
  }
}
