package dev.foldline.quarkus.deployment.trips;

import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Progress;
import dev.foldline.core.Refused;
import dev.foldline.core.Result;
import dev.foldline.core.Steps;
import dev.foldline.core.Stored;
import java.util.List;

/** A flight and a room: a process. */
public record Trip(Steps steps) implements Progress {

  public sealed interface Event {

    @Stored("trip-asked")
    record Asked(String hotel) implements Event {}

    @Stored("trip-flown")
    record Flown(String hotel) implements Event {}

    @Stored("trip-slept")
    record Slept() implements Event {}

    @Stored("trip-roomless")
    record Roomless(String code) implements Event {}

    @Stored("trip-returned")
    record Returned(String code) implements Event {}

    @Stored("trip-stranded")
    record Stranded(String code) implements Event {}
  }

  public sealed interface Command {

    String trip();

    record Ask(String trip, String hotel) implements Command {}

    record Answered(String trip, Event asked, Result result) implements Command {}
  }

  public static final Category<Event> TRIPS = Category.of("trip", Event.class);

  public static final Decider<Command, Trip, Event> DECIDER =
      new Decider<>(TRIPS, Command::trip, new Trip(Steps.NONE), Trip::decide, Trip::evolve);

  private static List<Event> decide(Command command, Trip trip) {
    return switch (command) {
      case Command.Ask(_, var hotel) -> {
        if (!trip.steps().all().isEmpty()) {
          throw new Refused("trip-known");
        }
        yield List.of(new Event.Asked(hotel));
      }
      case Command.Answered(_, Event.Asked(var hotel), _) -> List.of(new Event.Flown(hotel));
      case Command.Answered(_, Event.Flown _, Result.Done _) -> List.of(new Event.Slept());
      case Command.Answered(_, Event.Flown _, Result.Refused(_, var code)) ->
          List.of(new Event.Roomless(code));
      case Command.Answered(_, Event.Roomless _, Result.Refused(_, var code)) ->
          List.of(new Event.Stranded(code));
      case Command.Answered(_, Event.Roomless(var code), _) -> List.of(new Event.Returned(code));
      case Command.Answered(_, var asked, var result) ->
          throw new IllegalStateException(result + " of " + asked);
    };
  }

  private static Trip evolve(Trip trip, Event event) {
    Steps steps = trip.steps();
    return new Trip(
        switch (event) {
          case Event.Asked _ -> steps.start("fly");
          case Event.Flown _ -> steps.done("fly").start("sleep");
          case Event.Slept() -> steps.done("sleep").completed();
          case Event.Roomless _ -> steps.refused("sleep").start("fly-back");
          case Event.Stranded(var code) -> steps.refused("fly-back").heldFor(code);
          case Event.Returned(var code) -> steps.done("fly-back").undone("fly").failedWith(code);
        });
  }
}
