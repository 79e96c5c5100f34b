package dev.foldline.testing;

import static dev.foldline.core.Effect.cancel;
import static dev.foldline.core.Effect.remind;
import static dev.foldline.core.Effect.send;

import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.Result;
import dev.foldline.core.Stored;
import dev.foldline.testing.Account.Command.TransferOut;
import java.time.Duration;
import java.util.List;

/** Money that is to be taken within a minute: a process with a deadline. */
record Booking(boolean asked, String end) {

  static final Duration LIMIT = Duration.ofMinutes(1);

  sealed interface Event {

    @Stored("booking-requested")
    record Requested(String from, long cents) implements Event {}

    @Stored("booking-late")
    record Late() implements Event {}

    @Stored("booking-ended")
    record Ended(String how) implements Event {}
  }

  sealed interface Command {

    String booking();

    record Request(String booking, String from, long cents) implements Command {}

    record Deadline(String booking) implements Command {}

    record Answered(String booking, Result result) implements Command {}
  }

  static final Category<Event> BOOKINGS = Category.of("booking", Event.class);

  static final Decider<Command, Booking, Event> DECIDER =
      new Decider<>(
          BOOKINGS, Command::booking, new Booking(false, ""), Booking::decide, Booking::evolve);

  static final Reaction<Event> NEXT =
      Reaction.of("booking-next", BOOKINGS, Booking::effects)
          .answering(DECIDER, (recorded, result) -> new Command.Answered(recorded.id(), result));

  private static List<Effect> effects(Recorded<Event> recorded) {
    return switch (recorded.event()) {
      case Event.Requested(var from, var cents) ->
          List.of(
              remind("deadline", recorded.time().plus(LIMIT), new Command.Deadline(recorded.id())),
              send("take", Account.DECIDER, new TransferOut(from, recorded.id(), cents)));
      case Event.Late() -> List.of(cancel("stop", "take"));
      case Event.Ended _ -> List.of();
    };
  }

  private static List<Event> decide(Command command, Booking booking) {
    return switch (command) {
      case Command.Request(_, var from, var cents) ->
          booking.asked() ? List.of() : List.of(new Event.Requested(from, cents));
      case Command.Deadline _ -> booking.isOver() ? List.of() : List.of(new Event.Late());
      case Command.Answered(_, var result) ->
          switch (result) {
            case Result.Done _ -> List.of(new Event.Ended("taken"));
            case Result.Refused(_, var code) -> List.of(new Event.Ended(code));
            case Result.Failed(_, var code) -> List.of(new Event.Ended(code));
          };
    };
  }

  boolean isOver() {
    return !end.isEmpty();
  }

  private static Booking evolve(Booking booking, Event event) {
    return switch (event) {
      case Event.Requested _ -> new Booking(true, "");
      case Event.Late() -> booking;
      case Event.Ended(var how) -> new Booking(true, how);
    };
  }
}
