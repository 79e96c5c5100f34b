package dev.foldline.quarkus.deployment.trips;

import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Refused;
import dev.foldline.core.Stored;
import java.util.List;

/** What is flown. */
public record Flight() {

  @Stored("flight-taken")
  public record Taken(boolean back) {}

  public record Take(String trip, boolean back) {}

  public static final Category<Taken> FLIGHTS = Category.of("flight", Taken.class);

  public static final Decider<Take, Flight, Taken> DECIDER =
      new Decider<>(
          FLIGHTS, Take::trip, new Flight(), (take, _) -> decide(take), (flight, _) -> flight);

  private static List<Taken> decide(Take take) {
    if (take.back() && take.trip().startsWith("grounded")) {
      throw new Refused("no-flight");
    }
    return List.of(new Taken(take.back()));
  }
}
