package dev.foldline.reactions;

import static dev.foldline.core.Effect.send;

import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Reaction;
import dev.foldline.core.Refused;
import dev.foldline.core.Result;
import dev.foldline.core.Stored;
import java.util.List;

/** Money on its way from one account to another: a process. */
record Transfer(Step step, String to, long cents) {

  enum Step {
    NEW,
    REQUESTED,
    TAKEN,
    COMPLETED,
    FAILED
  }

  sealed interface Event {

    @Stored("transfer-requested")
    record Requested(String from, String to, long cents) implements Event {}

    @Stored("transfer-taken")
    record Taken(String to, long cents) implements Event {}

    @Stored("transfer-completed")
    record Completed() implements Event {}

    @Stored("transfer-failed")
    record Failed(String code) implements Event {}
  }

  sealed interface Command {

    String transfer();

    record Request(String transfer, String from, String to, long cents) implements Command {}

    record Answered(String transfer, Result result) implements Command {}
  }

  static final Category<Event> TRANSFERS = Category.of("transfer", Event.class);

  static final Decider<Command, Transfer, Event> DECIDER =
      new Decider<>(
          TRANSFERS,
          Command::transfer,
          new Transfer(Step.NEW, "", 0),
          Transfer::decide,
          Transfer::evolve);

  /** What happens next. */
  static final Reaction<Event> NEXT =
      Reaction.of(
              "transfer-next",
              TRANSFERS,
              recorded ->
                  switch (recorded.event()) {
                    case Event.Requested(var from, _, var cents) ->
                        List.of(
                            send(
                                "take",
                                Account.DECIDER,
                                new Account.Command.Send(from, recorded.id(), cents)));
                    case Event.Taken(var to, var cents) ->
                        List.of(
                            send(
                                "give",
                                Account.DECIDER,
                                new Account.Command.Receive(to, recorded.id(), cents)));
                    case Event.Completed(), Event.Failed _ -> List.of();
                  })
          .answering(DECIDER, (recorded, result) -> new Command.Answered(recorded.id(), result));

  private static List<Event> decide(Command command, Transfer transfer) {
    return switch (command) {
      case Command.Request(_, var from, var to, var cents) -> {
        if (transfer.step() != Step.NEW) {
          throw new Refused("transfer-known");
        }
        yield List.of(new Event.Requested(from, to, cents));
      }
      case Command.Answered(_, var result) ->
          switch (result) {
            case Result.Done(var effect, _) ->
                effect.equals("take")
                    ? List.of(new Event.Taken(transfer.to(), transfer.cents()))
                    : List.of(new Event.Completed());
            case Result.Refused(_, var code) -> List.of(new Event.Failed(code));
            case Result.Failed(_, var code) -> List.of(new Event.Failed(code));
          };
    };
  }

  private static Transfer evolve(Transfer transfer, Event event) {
    return switch (event) {
      case Event.Requested(_, var to, var cents) -> new Transfer(Step.REQUESTED, to, cents);
      case Event.Taken _ -> transfer.at(Step.TAKEN);
      case Event.Completed() -> transfer.at(Step.COMPLETED);
      case Event.Failed _ -> transfer.at(Step.FAILED);
    };
  }

  private Transfer at(Step next) {
    return new Transfer(next, to, cents);
  }
}
