package dev.foldline.core.effects;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.core.NotFound;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.WrongRevision;
import dev.foldline.core.commands.Asked;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.CommandIdentity;
import dev.foldline.core.commands.Earlier;
import dev.foldline.core.commands.Happened;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A store, instances and executions of effects, at one moment of a history. From each the history
 * can go on in several ways; none changes it.
 *
 * @param late appends that nobody answered, and that may still come
 * @param others what others may still do
 * @param lost how many appends may still not be answered
 * @param crashes how many instances may still die
 */
record World(
    Scenario scenario,
    Log log,
    List<Instance> instances,
    List<Execution> executions,
    List<Sent> late,
    List<Scenario.Other> others,
    int lost,
    int crashes,
    History history) {

  /** An append on its way. */
  record Sent(String stream, long expected, List<StoredEvent> events) {}

  /** What an append comes to: the world behind it, and what it is answered. */
  record Came(World world, Happened<Bank.Ledger> answer) {}

  /** How a history may go on. */
  record Step(String name, Supplier<World> next) {}

  /** What came to pass, the latest last. */
  record History(@Nullable History before, String step) {

    List<String> steps() {
      List<String> steps = new ArrayList<>();
      for (@Nullable History each = this; each != null; each = each.before) {
        steps.addFirst(each.step);
      }
      return steps;
    }
  }

  static World of(Scenario scenario) {
    Log log = scenario.log();
    Folds folds = new Folds(scenario.broken(), scenario.memory());
    Instance instance = Instance.NEW;
    List<Instance> instances = new ArrayList<>();
    List<Execution> executions = new ArrayList<>();
    for (Scenario.Run run : scenario.executions()) {
      Task task = Task.of(scenario.broken(), run, log);
      executions.add(Execution.of(task.first()));
      for (String stream : scenario.isWarm() ? task.streams() : List.<String>of()) {
        instance = instance.caching(stream, folds.load(log, stream));
      }
    }
    for (int i = 0; i < scenario.instances(); i++) {
      instances.add(instance);
    }
    return new World(
        scenario,
        log,
        instances,
        executions,
        List.of(),
        scenario.others(),
        scenario.lost(),
        scenario.crashes(),
        new History(null, "begin"));
  }

  Rule broken() {
    return scenario.broken();
  }

  Folds folds() {
    return new Folds(broken(), scenario.memory());
  }

  Task task(int execution) {
    return Task.of(broken(), scenario.executions().get(execution), log);
  }

  int instanceOf(int execution) {
    return scenario.executions().get(execution).instance();
  }

  ExecutionSteps execution(int i) {
    return new ExecutionSteps(this, i);
  }

  BatchSteps batch(int instance, Batch batch) {
    return new BatchSteps(this, instance, batch);
  }

  /** The ways in which the history may go on; none, where it is at its end. */
  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < executions.size(); i++) {
      steps.addAll(execution(i).steps());
    }
    for (int i = 0; i < instances.size(); i++) {
      for (Batch batch : new TreeMap<>(instances.get(i).batches()).values()) {
        steps.addAll(batch(i, batch).steps());
      }
      int instance = i;
      if (crashes > 0 && IntStream.range(0, executions.size()).anyMatch(j -> isAt(j, instance))) {
        steps.add(new Step("instance " + i + " dies", () -> crash(instance)));
      }
    }
    for (Sent sent : late) {
      steps.add(new Step("a late append to " + sent.stream(), () -> comes(sent)));
    }
    for (Scenario.Other other : others) {
      switch (other) {
        case Scenario.Deed deed -> {
          if (deed.ends() == null || !mayBeRevived(deed.ends())) {
            steps.add(new Step(deed.name(), () -> without(deed).with(deed.does().apply(log))));
          }
        }
        case Scenario.Call call -> steps.addAll(calls(call));
      }
    }
    return steps;
  }

  /** What comes of a step. */
  World by(Step step) {
    World next = step.next().get();
    return new World(
        next.scenario,
        next.log,
        next.instances,
        next.executions,
        next.late,
        next.others,
        next.lost,
        next.crashes,
        new History(history, step.name()));
  }

  private boolean isAt(int execution, int instance) {
    return instanceOf(execution) == instance && !executions.get(execution).isOver();
  }

  private World crash(int i) {
    List<Instance> alive = new ArrayList<>(instances);
    alive.set(i, Instance.NEW);
    List<Execution> again = new ArrayList<>();
    for (int j = 0; j < executions.size(); j++) {
      Execution execution = executions.get(j);
      again.add(instanceOf(j) == i ? execution.again(task(j).first()) : execution);
    }
    return new World(scenario, log, alive, again, late, others, lost, crashes - 1, history);
  }

  private World comes(Sent sent) {
    List<Sent> rest = new ArrayList<>(late);
    rest.remove(sent);
    Log after = append(sent).world().log();
    return new World(scenario, after, instances, executions, rest, others, lost, crashes, history);
  }

  /** A call alone, or together with the commands of effects that wait for the same stream. */
  private List<Step> calls(Scenario.Call call) {
    String stream = Bank.ACCOUNT.stream(call.command());
    if (instances.get(call.instance()).batches().containsKey(stream)) {
      return List.of();
    }
    Asked<Bank.Command> asked =
        new Asked<>(call.command(), CommandContext.NONE, new CommandIdentity.OfCall(call.name()));
    List<Integer> waiting =
        IntStream.range(0, executions.size())
            .filter(i -> instanceOf(i) == call.instance() && execution(i).isWaitingFor(stream))
            .boxed()
            .toList();
    Step alone =
        new Step(
            call.name(), () -> without(call).command(call.instance(), stream, List.of(), asked));
    Step together =
        new Step(
            call.name() + ", with executions " + waiting,
            () -> without(call).command(call.instance(), stream, waiting, asked));
    return waiting.isEmpty() ? List.of(alone) : List.of(alone, together);
  }

  /**
   * Has commands handled together.
   *
   * @param call of a caller; null if none
   */
  World command(
      int instance, String stream, List<Integer> group, @Nullable Asked<Bank.Command> call) {
    World now = this;
    List<Asked<Bank.Command>> asked = new ArrayList<>();
    for (int i : group) {
      now = now.with(i, executions.get(i).busy());
      asked.add(execution(i).asked());
    }
    if (call != null) {
      asked.add(call);
    }
    return now.batch(instance, Batch.of(stream, group, asked))
        .happened(new Happened.Came<>(instances.get(instance).cached().get(stream)));
  }

  private World without(Scenario.Other other) {
    List<Scenario.Other> rest = new ArrayList<>(others);
    rest.remove(other);
    return new World(scenario, log, instances, executions, late, rest, lost, crashes, history);
  }

  /**
   * Whether a command is on its way that saw no stream: it may revive one that is deleted now,
   * which is known, and said to those who delete streams.
   */
  private boolean mayBeRevived(String stream) {
    for (int i = 0; i < executions.size(); i++) {
      Next due = executions.get(i).due();
      boolean sawNone =
          (due instanceof Next.Act(var target) && target instanceof Earlier.NeverWas)
              || (due instanceof Next.Tell(_, var told) && told instanceof Earlier.NeverWas);
      if (sawNone && execution(i).stream().equals(stream)) {
        return true;
      }
    }
    return late.stream().anyMatch(sent -> sent.stream().equals(stream) && sent.expected() < 0);
  }

  Came append(Sent sent) {
    boolean isAnywhere =
        broken() == Rule.A_MARK_STANDS_WHERE_IT_WAS_DECIDED
            && sent.events().stream().allMatch(StoredEvent::isMark);
    long expected = isAnywhere ? log.last(sent.stream()) : sent.expected();
    try {
      Log.After after = log.append(sent.stream(), expected, sent.events());
      return new Came(with(after.log()), new Happened.Done<>(after.end()));
    } catch (WrongRevision | NotFound e) {
      return new Came(this, new Happened.Failed<>(e));
    }
  }

  /** An append is not answered. */
  World losing() {
    return new World(
        scenario, log, instances, executions, late, others, lost - 1, crashes, history);
  }

  /** The same, and it may still come. */
  World losing(Sent sent) {
    List<Sent> more = new ArrayList<>(late);
    more.add(sent);
    return new World(
        scenario, log, instances, executions, more, others, lost - 1, crashes, history);
  }

  World with(int i, Execution execution) {
    List<Execution> all = new ArrayList<>(executions);
    all.set(i, execution);
    return new World(scenario, log, instances, all, late, others, lost, crashes, history);
  }

  World with(int i, Instance instance) {
    List<Instance> all = new ArrayList<>(instances);
    all.set(i, instance);
    return new World(scenario, log, all, executions, late, others, lost, crashes, history);
  }

  private World with(Log now) {
    return new World(scenario, now, instances, executions, late, others, lost, crashes, history);
  }

  /** What tells it from every other moment of any history: two of one name go on alike. */
  String name() {
    StringBuilder name = new StringBuilder();
    for (Log.Written event : log.events()) {
      name.append(event.stream()).append(name(event.event()));
    }
    name.append(new TreeMap<>(log.first())).append(log.tombstoned());
    for (Instance instance : instances) {
      name.append('|').append(instance.name());
    }
    for (Execution execution : executions) {
      name.append('|').append(execution);
    }
    for (Sent sent : late) {
      name.append('|').append(sent.stream()).append(sent.expected());
      sent.events().forEach(event -> name.append(name(event)));
    }
    for (Scenario.Other other : others) {
      name.append('|').append(other.name());
    }
    return name.append('|').append(lost).append(crashes).toString();
  }

  private static String name(StoredEvent event) {
    return event.type() + new String(event.data(), UTF_8) + new String(event.metadata(), UTF_8);
  }
}
