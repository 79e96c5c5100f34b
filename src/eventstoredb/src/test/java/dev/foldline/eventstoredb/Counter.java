package dev.foldline.eventstoredb;

import dev.foldline.core.Changes;
import dev.foldline.core.Decider;
import dev.foldline.core.EventTypes;
import dev.foldline.core.Projection;
import dev.foldline.core.Refused;
import java.util.List;
import java.util.Map;

/**
 * A number that is never below zero: the smallest domain with refusals and commands of no effect.
 */
sealed interface Counter {

  /** Another number each time the states are other ones. */
  Decider<Command, Counter, Event> DECIDER =
      new Decider<>("counter", new Empty(), Counter::decide, Counter::evolve);

  EventTypes<Event> TYPES =
      EventTypes.of(
          Event.class, Map.of("counter-added", Added.class, "counter-taken", Taken.class));

  Projection<Long, Event> SUM =
      new Projection<>(
          "sum",
          1,
          "counter",
          Event.class,
          Long.class,
          (sum, event) -> Changes.to((sum == null ? 0 : sum) + change(event.event())));

  record Empty() implements Counter {}

  record Holding(long amount) implements Counter {}

  sealed interface Command {
    record Add(long amount) implements Command {}

    /** Adds in as many events. */
    record AddOneByOne(int amount) implements Command {}

    record Take(long amount) implements Command {}

    record TakeAll() implements Command {}
  }

  sealed interface Event {
    long amount();
  }

  record Added(long amount) implements Event {}

  record Taken(long amount) implements Event {}

  static long amount(Counter counter) {
    return switch (counter) {
      case Empty() -> 0;
      case Holding(long amount) -> amount;
    };
  }

  private static long change(Event event) {
    return switch (event) {
      case Added(long added) -> added;
      case Taken(long taken) -> -taken;
    };
  }

  private static List<Event> decide(Command command, Counter counter) {
    long held = amount(counter);
    return switch (command) {
      case Command.Add(long amount) -> List.of(new Added(amount));
      case Command.AddOneByOne(int amount) -> java.util.Collections.nCopies(amount, new Added(1));
      case Command.Take(long amount) -> {
        if (amount > held) {
          throw new Refused("not-enough");
        }
        yield List.of(new Taken(amount));
      }
      case Command.TakeAll() -> held == 0 ? List.of() : List.of(new Taken(held));
    };
  }

  private static Counter evolve(Counter counter, Event event) {
    long amount = amount(counter) + change(event);
    return amount == 0 ? new Empty() : new Holding(amount);
  }
}
