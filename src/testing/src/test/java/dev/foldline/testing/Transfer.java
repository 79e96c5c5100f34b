package dev.foldline.testing;

import static dev.foldline.core.Effect.send;

import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.Refused;
import dev.foldline.core.Result;
import dev.foldline.core.Stored;
import dev.foldline.testing.Account.Command.TransferIn;
import dev.foldline.testing.Account.Command.TransferOut;
import java.util.List;

/** Money on its way from one account to another: a process. */
record Transfer(Step step, String from, String to, long cents) {

  enum Step {
    NEW,
    REQUESTED,
    TAKEN,
    REJECTED,
    COMPLETED,
    FAILED;

    boolean isLast() {
      return this == COMPLETED || this == FAILED;
    }
  }

  sealed interface Event {

    @Stored("transfer-requested")
    record Requested(String from, String to, long cents) implements Event {}

    @Stored("transfer-taken")
    record Taken(String to, long cents) implements Event {}

    @Stored("transfer-rejected")
    record Rejected(String from, long cents) implements Event {}

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
          new Transfer(Step.NEW, "", "", 0),
          Transfer::decide,
          Transfer::evolve);

  /** What happens next. */
  static final Reaction<Event> NEXT =
      Reaction.of("transfer-next", TRANSFERS, Transfer::next)
          .answering(DECIDER, (recorded, result) -> new Command.Answered(recorded.id(), result));

  private static List<Effect> next(Recorded<Event> recorded) {
    String id = recorded.id();
    return switch (recorded.event()) {
      case Event.Requested(var from, _, var cents) ->
          List.of(send("take", Account.DECIDER, new TransferOut(from, id, cents)));
      case Event.Taken(var to, var cents) ->
          List.of(send("give", Account.DECIDER, new TransferIn(to, id, cents)));
      case Event.Rejected(var from, var cents) ->
          List.of(send("give-back", Account.DECIDER, new TransferIn(from, id, cents)));
      case Event.Completed(), Event.Failed _ -> List.of();
    };
  }

  private static List<Event> decide(Command command, Transfer transfer) {
    return switch (command) {
      case Command.Request(_, var from, var to, var cents) -> {
        if (transfer.step() != Step.NEW) {
          throw new Refused("transfer-known");
        }
        yield List.of(new Event.Requested(from, to, cents));
      }
      case Command.Answered(_, var result) -> List.of(transfer.after(result));
    };
  }

  private Event after(Result result) {
    return switch (result) {
      case Result.Done(var effect, _) ->
          switch (effect) {
            case "take" -> new Event.Taken(to, cents);
            case "give" -> new Event.Completed();
            default -> new Event.Failed("given-back");
          };
      case Result.Refused(var effect, var code) -> notDone(effect, code);
      case Result.Failed(var effect, var code) -> notDone(effect, code);
    };
  }

  private Event notDone(String effect, String code) {
    return effect.equals("give") ? new Event.Rejected(from, cents) : new Event.Failed(code);
  }

  private static Transfer evolve(Transfer transfer, Event event) {
    return switch (event) {
      case Event.Requested(var from, var to, var cents) ->
          new Transfer(Step.REQUESTED, from, to, cents);
      case Event.Taken _ -> transfer.at(Step.TAKEN);
      case Event.Rejected _ -> transfer.at(Step.REJECTED);
      case Event.Completed() -> transfer.at(Step.COMPLETED);
      case Event.Failed _ -> transfer.at(Step.FAILED);
    };
  }

  private Transfer at(Step next) {
    return new Transfer(next, from, to, cents);
  }
}
