package dev.foldline.core.effects;

import dev.foldline.core.Effect;
import dev.foldline.core.NamedId;
import dev.foldline.core.Namespace;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.Result;
import dev.foldline.core.commands.Asked;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.CommandIdentity;
import dev.foldline.core.commands.Earlier;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What an execution has to do: the event and its effect, as its release sees them. */
record Task(Rule broken, Cause<Bank.Event> cause, Effect effect, Reaction<Bank.Event> reaction) {

  static Task of(Rule broken, Scenario.Run run, Log log) {
    Reaction.AsOf<Bank.Event> state = run.reaction().beginning();
    Log.Written cause = log.all(run.transfer()).get(run.revision());
    for (Log.Written event : log.all(run.transfer())) {
      if (event.revision() <= run.revision() || broken == Rule.A_REACTION_KNOWS_THE_EVENT_ALONE) {
        state = state.and(Bank.read(event.event()));
      }
    }
    Recorded<Bank.Event> recorded =
        new Recorded<>(
            Bank.read(cause.event()),
            cause.event().id(),
            cause.stream(),
            cause.revision(),
            broken == Rule.THE_POSITION_IS_THAT_OF_THE_CAUSE
                ? log.events().size() - 1
                : cause.position(),
            Instant.EPOCH,
            Map.of());
    return new Task(
        broken,
        new Cause<>(Namespace.NONE, run.reaction().name(), recorded, 0),
        state.effects(recorded).getFirst(),
        run.reaction());
  }

  EffectSteps steps() {
    return new EffectSteps(
        effect instanceof Effect.Perform, reaction.answers().isPresent(), key(Stage.ANSWER));
  }

  Next first() {
    return broken == Rule.ONLY_AN_ANSWER_ENDS_A_STEP
            && effect instanceof Effect.Send<?> send
            && send.command() instanceof Bank.Cancel
        ? new Next.Tell(new Result.Refused(effect.name(), "too-late"), new Earlier.Unread())
        : steps().first();
  }

  long position() {
    return cause.event().position();
  }

  /** To which stream the effect's command goes. */
  String target() {
    return ((Effect.Send<?>) effect).stream();
  }

  /** Who is told. */
  String told() {
    return cause.event().stream();
  }

  List<String> streams() {
    return effect instanceof Effect.Send ? List.of(target(), told()) : List.of(told());
  }

  Asked<Bank.Command> act(Earlier earlier) {
    return new Asked<>(
        (Bank.Command) ((Effect.Send<?>) effect).command(),
        CommandContext.NONE,
        new CommandIdentity.OfEffect(
            key(Stage.ACT),
            position(),
            earlier,
            broken == Rule.A_REFUSAL_IS_MARKED
                ? CommandIdentity.OnRefusal.FAIL
                : CommandIdentity.OnRefusal.MARK));
  }

  Asked<Bank.Command> tell(Result result, Earlier told) {
    UUID key =
        broken == Rule.THERE_IS_ONE_KEY_OF_THE_ANSWER && !(result instanceof Result.Done)
            ? NamedId.of(key(Stage.ANSWER).toString(), "not done")
            : key(Stage.ANSWER);
    return new Asked<>(
        (Bank.Command) reaction.answers().orElseThrow().tell(cause.event(), result),
        CommandContext.NONE,
        new CommandIdentity.OfEffect(key, position(), told, CommandIdentity.OnRefusal.FAIL));
  }

  UUID key(Stage stage) {
    if (broken == Rule.THE_KEY_HOLDS_THE_REACTION) {
      return new Cause<>(cause.namespace(), "", cause.event(), 0).key(effect.name(), stage);
    }
    return broken == Rule.THE_KEY_HOLDS_THE_EVENT
        ? NamedId.of(cause.reaction(), effect.name(), stage.stored())
        : cause.key(effect.name(), stage);
  }
}
