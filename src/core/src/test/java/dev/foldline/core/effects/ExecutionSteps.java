package dev.foldline.core.effects;

import dev.foldline.core.Failure;
import dev.foldline.core.NotFound;
import dev.foldline.core.Receipt;
import dev.foldline.core.Refused;
import dev.foldline.core.Result;
import dev.foldline.core.Truncated;
import dev.foldline.core.commands.Answer;
import dev.foldline.core.commands.Asked;
import dev.foldline.core.commands.Earlier;
import dev.foldline.core.commands.Handled;
import dev.foldline.core.commands.NotReached;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What may be done for an execution, as {@link EffectSteps} say. */
record ExecutionSteps(World world, int i) {

  /** So many events are read back at once. */
  private static final int PAGE = 2;

  private Execution execution() {
    return world.executions().get(i);
  }

  private Task task() {
    return world.task(i);
  }

  List<World.Step> steps() {
    if (execution().isBusy()) {
      return List.of();
    }
    String name = "execution " + i + ": ";
    return switch (execution().due()) {
      case Next.Act _, Next.Tell _ -> commands(name);
      case Next.ReadTarget _, Next.FindOutcome _, Next.ReadTold _, Next.ReadToTell _ ->
          List.of(
              execution().isAsking()
                  ? new World.Step(name + "asks whether it ever was", this::ask)
                  : new World.Step(name + "reads back", this::read));
      case Next.Perform _ ->
          List.of(
              new World.Step(
                  name + "performs", () -> performed(new Result.Done(Scenario.EFFECT, "sent"))),
              new World.Step(
                  name + "gives up performing",
                  () -> performed(new Result.Failed(Scenario.EFFECT, "away"))));
      case Next.Acknowledge _, Next.Park _ -> List.of();
    };
  }

  /** Its command alone, or with all that wait for the same stream. */
  private List<World.Step> commands(String name) {
    if (world.instances().get(world.instanceOf(i)).batches().containsKey(stream())) {
      return List.of();
    }
    World.Step alone = new World.Step(name + "commands", () -> command(List.of(i)));
    List<Integer> all =
        IntStream.range(0, world.executions().size())
            .filter(
                j ->
                    world.instanceOf(i) == world.instanceOf(j)
                        && world.execution(j).isWaitingFor(stream()))
            .boxed()
            .toList();
    return all.size() > 1 && all.getFirst() == i
        ? List.of(alone, new World.Step("executions " + all + ": command", () -> command(all)))
        : List.of(alone);
  }

  /** Whether its next command goes to a stream. */
  boolean isWaitingFor(String stream) {
    return !execution().isBusy()
        && (execution().due() instanceof Next.Act || execution().due() instanceof Next.Tell)
        && stream().equals(stream);
  }

  /** To which stream its next command goes, or which it reads. */
  String stream() {
    return switch (execution().due()) {
      case Next.Act _, Next.ReadTarget _, Next.FindOutcome _ -> task().target();
      case Next.Tell _, Next.ReadTold _, Next.ReadToTell _ -> task().told();
      case Next.Perform _, Next.Acknowledge _, Next.Park _ -> throw unexpected();
    };
  }

  private World command(List<Integer> group) {
    return world.command(world.instanceOf(i), stream(), group, null);
  }

  Asked<Bank.Command> asked() {
    return switch (execution().due()) {
      case Next.Act(var earlier) -> task().act(earlier);
      case Next.Tell(var result, var told) -> task().tell(result, told);
      case Next.ReadTarget _,
          Next.FindOutcome _,
          Next.ReadTold _,
          Next.ReadToTell _,
          Next.Perform _,
          Next.Acknowledge _,
          Next.Park _ ->
          throw unexpected();
    };
  }

  World answered(Answer answer) {
    return switch (execution().due()) {
      case Next.Act last -> acted(last, answer);
      case Next.Tell last -> then(told(last, answer));
      case Next.ReadTarget _,
          Next.FindOutcome _,
          Next.ReadTold _,
          Next.ReadToTell _,
          Next.Perform _,
          Next.Acknowledge _,
          Next.Park _ ->
          throw unexpected();
    };
  }

  private World acted(Next.Act last, Answer answer) {
    return switch (answer) {
      case Answer.Done(var receipt) -> outcome(new Result.Done(Scenario.EFFECT, receipt));
      case Answer.Failed(Refused e) -> outcome(new Result.Refused(Scenario.EFFECT, e.code()));
      case Answer.Failed(Encoding.Nothing _) ->
          outcome(new Result.Done(Scenario.EFFECT, new Receipt(stream(), 0, false)));
      case Answer.Failed(NotReached _) -> then(task().steps().targetNotReached());
      case Answer.Failed(Truncated e) -> targetTruncated(e.code());
      case Answer.Failed(NotFound e) -> targetUnknowable(e.code());
      case Answer.Failed(var e) -> then(again(last, e));
    };
  }

  private Next told(Next.Tell last, Answer answer) {
    EffectSteps steps = task().steps();
    return switch (answer) {
      case Answer.Done _ -> steps.told();
      case Answer.Failed(Refused e) -> steps.toldRefused(e.code());
      case Answer.Failed(NotReached _) -> steps.toldNotReached(last);
      case Answer.Failed(Truncated e) -> steps.toldTruncated(e.code());
      case Answer.Failed(NotFound e) -> steps.toldUnknowable(e.code());
      case Answer.Failed(var e) -> again(last, e);
    };
  }

  /** What failed is done again, if it failed as the store may fail. */
  private static Next again(Next last, Throwable failure) {
    if (failure instanceof Failure) {
      return last;
    }
    throw new IllegalStateException(failure);
  }

  private World performed(Result result) {
    return then(task().steps().performed(result));
  }

  private World outcome(Result result) {
    World now =
        then(
            task()
                .steps()
                .acted(world.broken() == Rule.WHAT_STANDS_IS_TOLD ? computed(result) : result));
    return world.broken() == Rule.IT_IS_ACKNOWLEDGED_AFTER_THE_ANSWER
        ? now.with(i, now.executions().get(i).acknowledged())
        : now;
  }

  /** What the command would come to by now. */
  private Result computed(Result result) {
    Bank.Ledger now = world.folds().load(world.log(), stream()).state();
    try {
      new Encoding(world.broken(), stream()).decide(task().act(new Earlier.Unread()), now, false);
      return result;
    } catch (Refused e) {
      return new Result.Refused(Scenario.EFFECT, e.code());
    }
  }

  private World read() {
    List<Log.Written> readable;
    try {
      readable = world.log().read(stream(), 0);
    } catch (Truncated | NotFound e) {
      return unknowable(e.code());
    }
    Instance instance = world.instances().get(world.instanceOf(i));
    @Nullable Earlier before = instance.kept().get(stream());
    ReadingBack reading =
        new ReadingBack(
            task().position(), sought(), before == null ? new Earlier.Unread() : before);
    return switch (turn(reading, readable)) {
      case ReadingBack.Turn.Known(var earlier) ->
          new ExecutionSteps(
                  world.with(world.instanceOf(i), instance.keeping(stream(), earlier)), i)
              .reached(earlier);
      case ReadingBack.Turn.Nothing _ -> world.with(i, execution().asking());
      case ReadingBack.Turn.Unknowable(var reason) ->
          world.broken() == Rule.WHAT_IS_GONE_MAY_HAVE_HELD_IT
              ? reached(new Earlier.ReadBack(Map.of(), -1, Long.MAX_VALUE, 0))
              : unknowable(reason);
      case ReadingBack.Turn.More _ -> throw unexpected();
    };
  }

  private UUID sought() {
    return task().key(sought(execution().due()));
  }

  private static Stage sought(Next due) {
    return due instanceof Next.ReadTarget || due instanceof Next.FindOutcome
        ? Stage.ACT
        : Stage.ANSWER;
  }

  private static ReadingBack.Turn turn(ReadingBack reading, List<Log.Written> readable) {
    ReadingBack.Turn turn = new ReadingBack.Turn.More(Long.MAX_VALUE);
    while (turn instanceof ReadingBack.Turn.More(var from)) {
      if (from < 0) {
        throw new IllegalStateException("reads back from " + from);
      }
      List<ReadingBack.Place> page =
          readable.reversed().stream()
              .filter(event -> event.revision() <= from)
              .limit(PAGE)
              .map(
                  event ->
                      new ReadingBack.Place(
                          event.revision(), event.position(), Folds.handled(event).orElse(null)))
              .toList();
      turn = reading.next(page, page.size() == PAGE);
    }
    return turn;
  }

  private World ask() {
    Log log = world.log();
    boolean isDeleted = log.isDeleted(stream());
    if (log.neverWas(stream()) || (isDeleted && world.broken() == Rule.DELETED_IS_NOT_NEVER_WAS)) {
      return reached(new Earlier.NeverWas());
    }
    return isDeleted ? unknowable(stream() + " is deleted") : then(execution().due());
  }

  private World reached(Earlier earlier) {
    Earlier known =
        world.broken() == Rule.THE_CHECK_IS_MADE_AFTER_EACH_CONFLICT
                && earlier instanceof Earlier.ReadBack(var found, var from, _, var revision)
            ? new Earlier.ReadBack(found, from, Long.MAX_VALUE, revision)
            : earlier;
    EffectSteps steps = task().steps();
    return switch (execution().due()) {
      case Next.ReadTarget _ -> then(steps.targetRead(known));
      case Next.FindOutcome last -> found(last, known.find(sought()));
      case Next.ReadTold last -> then(steps.toldRead(last, known));
      case Next.ReadToTell last -> then(steps.readToTell(last, known));
      case Next.Act _, Next.Tell _, Next.Perform _, Next.Acknowledge _, Next.Park _ ->
          throw unexpected();
    };
  }

  private World found(Next.FindOutcome last, @Nullable Handled handled) {
    return handled == null
        ? unknown(task().steps().outcomeNotFound(last))
        : outcome(handled.result(Scenario.EFFECT, stream()));
  }

  private World unknowable(String reason) {
    return switch (sought(execution().due())) {
      case ACT -> targetUnknowable(reason);
      case ANSWER -> then(task().steps().toldUnknowable(reason));
    };
  }

  private World targetTruncated(String reason) {
    return world.broken() == Rule.WHAT_IS_LEFT_MAY_HOLD_IT
        ? targetUnknowable(reason)
        : then(task().steps().targetTruncated(reason));
  }

  private World targetUnknowable(String reason) {
    return unknown(
        world.broken() == Rule.WHAT_WAS_TOLD_IS_NOT_PARKED
            ? new Next.Park(reason)
            : task().steps().targetUnknowable(reason));
  }

  private World unknown(Next next) {
    return isReadable(task().target(), Stage.ACT)
        ? world.with(i, execution().then(next).wrong(Wrong.UNKNOWN_THOUGH_READABLE))
        : then(next);
  }

  private World then(Next next) {
    Execution then = execution().then(next);
    return world.with(
        i,
        next instanceof Next.Park && isReadable(task().told(), Stage.ANSWER)
            ? then.wrong(Wrong.PARKED_THOUGH_TOLD)
            : then);
  }

  private boolean isReadable(String stream, Stage stage) {
    try {
      return world.log().read(stream, 0).stream()
          .anyMatch(event -> task().key(stage).equals(event.beside().effect()));
    } catch (Truncated | NotFound _) {
      return false;
    }
  }

  private IllegalStateException unexpected() {
    return new IllegalStateException("unexpected: " + execution());
  }
}
