package dev.foldline.reactions;

import static dev.foldline.core.Effect.cancel;
import static dev.foldline.core.Effect.remind;
import static dev.foldline.core.Effect.send;

import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Result;
import dev.foldline.core.Stored;
import java.time.Instant;
import java.util.List;

/**
 * Something that rings once, later, unless it is stopped; and greets an account, unless that is.
 */
record Alarm(int rung) {

  sealed interface Event {

    @Stored("alarm-set")
    record Set(Instant at) implements Event {}

    @Stored("alarm-rang")
    record Rang() implements Event {}

    @Stored("alarm-stopped")
    record Stopped(String what) implements Event {}

    @Stored("alarm-greets")
    record Greets(String account) implements Event {}

    @Stored("alarm-answered")
    record Answered(String text) implements Event {}
  }

  sealed interface Command {

    String alarm();

    record Set(String alarm, Instant at) implements Command {}

    record Ring(String alarm) implements Command {}

    record Stop(String alarm, String what) implements Command {}

    record Greet(String alarm, String account) implements Command {}

    record Answer(String alarm, String text) implements Command {}
  }

  static final Category<Event> ALARMS = Category.of("alarm", Event.class);

  static final Decider<Command, Alarm, Event> DECIDER =
      new Decider<>(ALARMS, Command::alarm, new Alarm(0), Alarm::decide, Alarm::evolve);

  static final Reaction<Event> NEXT = next("alarm-next");

  static Reaction<Event> next(String name) {
    return Reaction.of(name, ALARMS, recorded -> effects(recorded.id(), recorded.event()))
        .answering(
            DECIDER,
            (recorded, result) ->
                new Command.Answer(
                    recorded.id(),
                    switch (result) {
                      case Result.Done(var effect, _) -> effect + " done";
                      case Result.Refused(var effect, var code) -> effect + " " + code;
                      case Result.Failed(var effect, var code) -> effect + " failed " + code;
                    }));
  }

  private static List<Effect> effects(String alarm, Event event) {
    return switch (event) {
      case Event.Set(var at) -> List.of(remind("ring", at, new Command.Ring(alarm)));
      case Event.Stopped(var what) -> List.of(cancel("stop", what));
      case Event.Greets(var account) ->
          List.of(send("greet", Account.DECIDER, new Account.Command.Deposit(account, 1)));
      case Event.Rang(), Event.Answered _ -> List.of();
    };
  }

  private static List<Event> decide(Command command, Alarm alarm) {
    return switch (command) {
      case Command.Set(_, var at) -> List.of(new Event.Set(at));
      case Command.Ring _ -> List.of(new Event.Rang());
      case Command.Stop(_, var what) -> List.of(new Event.Stopped(what));
      case Command.Greet(_, var account) -> List.of(new Event.Greets(account));
      case Command.Answer(_, var text) -> List.of(new Event.Answered(text));
    };
  }

  private static Alarm evolve(Alarm alarm, Event event) {
    return event instanceof Event.Rang ? new Alarm(alarm.rung() + 1) : alarm;
  }
}
