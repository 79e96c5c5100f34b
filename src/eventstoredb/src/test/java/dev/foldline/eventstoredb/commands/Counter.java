package dev.foldline.eventstoredb.commands;

import dev.foldline.core.Category;
import dev.foldline.core.Changes;
import dev.foldline.core.Decider;
import dev.foldline.core.Projection;
import dev.foldline.core.Refused;
import dev.foldline.core.Stored;
import java.util.List;

/**
 * A number that is never below zero: the smallest domain with refusals and commands of no effect.
 */
sealed interface Counter {

  /** Another number each time the states are other ones. */
  Category<Event> COUNTERS = Category.of("counter", Event.class);

  Decider<To, Counter, Event> DECIDER =
      new Decider<>(
          COUNTERS,
          To::counter,
          new Empty(),
          (to, counter) -> decide(to.command(), counter),
          Counter::evolve);

  Projection<Long> SUM =
      Projection.of("sum", 1, Long.class)
          .on(
              COUNTERS,
              (sum, event) -> Changes.to((sum == null ? 0 : sum) + change(event.event())));

  record Empty() implements Counter {}

  record Holding(long amount) implements Counter {}

  /** A command to one of them. */
  record To(String counter, Command command) {}

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

  @Stored("counter-added")
  record Added(long amount) implements Event {}

  @Stored("counter-taken")
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

  static List<Event> decide(Command command, Counter counter) {
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
