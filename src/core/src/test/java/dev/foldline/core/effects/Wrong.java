package dev.foldline.core.effects;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What must never be, and where it is. */
enum Wrong {
  TWO_OUTCOMES,
  TOLD_TWICE,
  /** The target holds another outcome. */
  TOLD_OTHERWISE,
  /** The target holds none. */
  TOLD_OF_NOTHING,
  ACKNOWLEDGED_WITHOUT_AN_OUTCOME,
  ACKNOWLEDGED_AND_NOT_TOLD,
  /** No event is gone. */
  PARKED_NEEDLESSLY,
  PARKED_THOUGH_TOLD,
  /** What is left of the target holds it. */
  UNKNOWN_THOUGH_READABLE,
  OVERDRAWN,
  ENDLESS,
  /** Nothing can be done, and an execution is not at its end. */
  STUCK;

  /** So often something is done at most, with all that may go wrong. */
  private static final int MOST_TURNS = 15;

  /** What is wrong at a moment. */
  static Set<Wrong> of(World world) {
    Set<Wrong> wrong = new LinkedHashSet<>();
    Map<String, Set<Integer>> appends = new HashMap<>();
    Map<String, String> outcomes = new HashMap<>();
    Map<String, List<String>> told = new HashMap<>();
    Map<String, Long> cents = new HashMap<>();
    for (Log.Written event : world.log().events()) {
      if (event.event().isMark()) {
        List<String> mark = Text.parts(event.event().data());
        appends.computeIfAbsent(mark.getLast(), _ -> new LinkedHashSet<>()).add(event.append());
        outcomes.putIfAbsent(mark.getLast(), text(mark.getFirst(), event));
        continue;
      }
      switch (Bank.read(event.event())) {
        case Bank.PaidIn(var paid) -> cents.merge(event.stream(), paid, Long::sum);
        case Bank.Withdrawn(var taken, var effect) -> {
          cents.merge(event.stream(), -taken, Long::sum);
          appends.computeIfAbsent(effect, _ -> new LinkedHashSet<>()).add(event.append());
          outcomes.merge(
              effect,
              text("", event),
              (first, last) -> appends.get(effect).size() == 1 ? last : first);
        }
        case Bank.Answered(var effect, var result) ->
            told.computeIfAbsent(effect, _ -> new ArrayList<>()).add(result);
        case Bank.Requested _ -> {}
      }
    }
    if (appends.values().stream().anyMatch(each -> each.size() > 1)) {
      wrong.add(TWO_OUTCOMES);
    }
    if (cents.values().stream().anyMatch(each -> each < 0)) {
      wrong.add(OVERDRAWN);
    }
    if (isEndless(world)) {
      wrong.add(ENDLESS);
    }
    for (int i = 0; i < world.executions().size(); i++) {
      Execution execution = world.executions().get(i);
      Scenario.Run run = world.scenario().executions().get(i);
      String effect = run.effect();
      List<String> answers = told.getOrDefault(effect, List.of());
      boolean isOurs = !run.performs();
      if (answers.size() > 1) {
        wrong.add(TOLD_TWICE);
      }
      if (isOurs && !answers.isEmpty()) {
        if (!outcomes.containsKey(effect)) {
          wrong.add(TOLD_OF_NOTHING);
        } else if (!answers.contains(outcomes.get(effect))) {
          wrong.add(TOLD_OTHERWISE);
        }
      }
      if (execution.due() instanceof Next.Acknowledge) {
        if (isOurs && !outcomes.containsKey(effect)) {
          wrong.add(ACKNOWLEDGED_WITHOUT_AN_OUTCOME);
        }
        if (run.tells() && answers.isEmpty()) {
          wrong.add(ACKNOWLEDGED_AND_NOT_TOLD);
        }
      }
      if (execution.due() instanceof Next.Park
          && world.task(i).streams().stream().noneMatch(world.log().damaged()::contains)) {
        wrong.add(PARKED_NEEDLESSLY);
      }
      Optional.ofNullable(execution.wrong()).ifPresent(wrong::add);
    }
    return wrong;
  }

  /** What is wrong at a moment with which a history ends. */
  static Set<Wrong> atTheEnd(World world) {
    return world.executions().stream().allMatch(Execution::isOver) ? Set.of() : Set.of(STUCK);
  }

  private static boolean isEndless(World world) {
    return world.executions().stream().anyMatch(execution -> execution.turns() > MOST_TURNS)
        || world.instances().stream()
            .flatMap(instance -> instance.batches().values().stream())
            .anyMatch(batch -> batch.heard().size() > MOST_TURNS);
  }

  private static String text(String refused, Log.Written event) {
    return refused.isEmpty() ? "done@" + event.revision() : "refused:" + refused;
  }
}
