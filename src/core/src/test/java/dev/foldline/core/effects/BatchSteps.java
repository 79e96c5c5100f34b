package dev.foldline.core.effects;

import dev.foldline.core.NotFound;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Truncated;
import dev.foldline.core.Unavailable;
import dev.foldline.core.commands.Answer;
import dev.foldline.core.commands.Happened;
import dev.foldline.core.commands.Next;
import dev.foldline.core.commands.StreamState;
import dev.foldline.core.commands.Turn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What may be done for commands that an instance handles together, as their loop says. */
record BatchSteps(World world, int instance, Batch batch) {

  List<World.Step> steps() {
    String name = "for executions " + batch.executions() + ": ";
    return switch (batch.due()) {
      case Next.Load<Bank.Ledger> _ ->
          List.of(new World.Step(name + "loads " + batch.stream(), this::load));
      case Next.CatchUp<Bank.Ledger> due ->
          List.of(new World.Step(name + "catches up with " + batch.stream(), () -> catchUp(due)));
      case Next.Append<Bank.Ledger> due ->
          appends(
              name + "append to " + batch.stream(),
              new World.Sent(batch.stream(), due.expected(), due.events()));
      case Next.End<Bank.Ledger> _ -> List.of();
    };
  }

  private World load() {
    return read(() -> world.folds().load(world.log(), batch.stream()), Map.of());
  }

  private World catchUp(Next.CatchUp<Bank.Ledger> due) {
    Map<UUID, Long> found = new HashMap<>();
    for (Log.Written event : world.log().all(batch.stream())) {
      if (event.revision() > due.from().revision() && due.sought().contains(event.event().id())) {
        found.put(event.event().id(), event.revision());
      }
    }
    return read(() -> world.folds().catchUp(world.log(), batch.stream(), due.from()), found);
  }

  private World read(Supplier<StreamState<Bank.Ledger>> reading, Map<UUID, Long> found) {
    try {
      return happened(new Happened.Read<>(reading.get(), found));
    } catch (Truncated | NotFound e) {
      return happened(new Happened.Failed<>(e));
    }
  }

  private List<World.Step> appends(String name, World.Sent sent) {
    List<World.Step> steps = new ArrayList<>();
    steps.add(
        new World.Step(
            name,
            () -> {
              World.Came came = world.append(sent);
              return in(came.world()).happened(came.answer());
            }));
    if (world.lost() > 0) {
      Happened<Bank.Ledger> unknown = new Happened.Failed<>(new OutcomeUnknown(batch.stream()));
      Happened<Bank.Ledger> away = new Happened.Failed<>(new Unavailable("away"));
      steps.add(new World.Step(name + " that is lost", () -> in(world.losing()).happened(unknown)));
      steps.add(
          new World.Step(
              name + " whose answer is lost",
              () -> in(world.append(sent).world().losing()).happened(unknown)));
      steps.add(
          new World.Step(name + " that is late", () -> in(world.losing(sent)).happened(unknown)));
      steps.add(
          new World.Step(
              name + " while the store is away", () -> in(world.losing()).happened(away)));
    }
    return steps;
  }

  private BatchSteps in(World other) {
    return other.batch(instance, batch);
  }

  World happened(Happened<Bank.Ledger> happened) {
    Batch.After after = batch.next(world.broken(), happened);
    Turn<Bank.Ledger> turn = after.turn();
    Instance at = world.instances().get(instance);
    @Nullable StreamState<Bank.Ledger> known = turn.known();
    if (known != null) {
      at = at.caching(batch.stream(), world.folds().known(known));
    }
    boolean isOver = turn.next() instanceof Next.End;
    World now = world.with(instance, isOver ? at.without(batch) : at.with(after.batch()));
    for (Map.Entry<Integer, Answer> each : new TreeMap<>(turn.answers()).entrySet()) {
      if (each.getKey() < batch.executions().size()) {
        now = now.execution(batch.executions().get(each.getKey())).answered(each.getValue());
      }
    }
    return now;
  }
}
