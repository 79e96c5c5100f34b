package dev.foldline.quarkus.deployment.trips;

import static dev.foldline.core.Effect.perform;
import static dev.foldline.core.Effect.send;

import dev.foldline.core.Activity;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import java.util.List;

/** What happens next. */
public interface TripReactions {

  record Room(String trip, String hotel) {}

  record Booked(String number) {}

  Activity<Room, Booked> ROOM = Activity.of("room", Room.class, Booked.class);

  Reaction<Trip.Event> NEXT =
      Reaction.of("trip-next", Trip.TRIPS, TripReactions::next)
          .answering(
              Trip.DECIDER,
              (recorded, result) ->
                  new Trip.Command.Answered(recorded.id(), recorded.event(), result));

  Reaction<Order.Ordered> ORDERED =
      Reaction.of(
              "order-trips",
              Order.ORDERS,
              recorded ->
                  recorded.event().trip()
                      ? List.of(
                          send("ask", Trip.DECIDER, new Trip.Command.Ask(recorded.id(), "free")))
                      : List.of())
          .fromStart();

  private static List<Effect> next(Recorded<Trip.Event> recorded) {
    String trip = recorded.id();
    return switch (recorded.event()) {
      case Trip.Event.Asked(var hotel) ->
          hotel.equals("nowhere")
              ? List.of()
              : List.of(send("fly", Flight.DECIDER, new Flight.Take(trip, false)));
      case Trip.Event.Flown(var hotel) -> {
        if (hotel.equals("torn") && !Hotel.MENDED.get()) {
          throw new IllegalStateException("the list of hotels is torn");
        }
        yield List.of(perform("sleep", ROOM, new Room(trip, hotel)));
      }
      case Trip.Event.Roomless _ ->
          List.of(send("fly-back", Flight.DECIDER, new Flight.Take(trip, true)));
      case Trip.Event.Slept(), Trip.Event.Returned _, Trip.Event.Stranded _ -> List.of();
    };
  }
}
