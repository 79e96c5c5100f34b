package dev.foldline.core.effects;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Goes through the histories of a scenario until something is wrong. */
final class Histories {

  /** What was gone through. */
  record Seen(int moments, @Nullable Wrong wrong, List<String> history) {

    @Override
    public String toString() {
      return wrong + " after " + moments + " moments:\n  " + String.join("\n  ", history);
    }
  }

  private Histories() {}

  /** All of them, the shortest first. */
  static Seen all(Scenario scenario, Set<Wrong> sought) {
    Set<String> seen = new HashSet<>();
    Deque<World> ahead = new ArrayDeque<>();
    ahead.add(World.of(scenario));
    while (!ahead.isEmpty()) {
      World world = ahead.remove();
      List<World.Step> steps = world.steps();
      @Nullable Wrong wrong = wrong(world, steps, sought);
      if (wrong != null) {
        return new Seen(seen.size(), wrong, world.history().steps());
      }
      for (World.Step step : steps) {
        World next = by(step, world);
        if (seen.add(next.name())) {
          ahead.add(next);
        }
      }
    }
    return new Seen(seen.size(), null, List.of());
  }

  /** One of them, by chance. */
  static Seen one(Scenario scenario, Random random, Set<Wrong> sought) {
    World world = World.of(scenario);
    for (int moments = 1; ; moments++) {
      List<World.Step> steps = world.steps();
      @Nullable Wrong wrong = wrong(world, steps, sought);
      if (wrong != null || steps.isEmpty()) {
        List<String> history = new ArrayList<>(world.history().steps());
        world.executions().forEach(execution -> history.add(execution.end()));
        return new Seen(moments, wrong, history);
      }
      world = by(steps.get(random.nextInt(steps.size())), world);
    }
  }

  private static World by(World.Step step, World world) {
    try {
      return world.by(step);
    } catch (RuntimeException e) {
      throw new AssertionError(
          step.name() + " failed after\n  " + String.join("\n  ", world.history().steps()), e);
    }
  }

  private static @Nullable Wrong wrong(World world, List<World.Step> steps, Set<Wrong> sought) {
    Set<Wrong> wrong = EnumSet.noneOf(Wrong.class);
    wrong.addAll(Wrong.of(world));
    if (steps.isEmpty()) {
      wrong.addAll(Wrong.atTheEnd(world));
    }
    wrong.retainAll(sought);
    return wrong.isEmpty() ? null : wrong.iterator().next();
  }
}
