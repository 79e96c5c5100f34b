package dev.foldline.quarkus.deployment.trips;

import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Stored;
import java.util.List;

/** An order, of which a trip may be a part. */
public record Order() {

  @Stored("trip-ordered")
  public record Ordered(boolean trip) {}

  public record Place(String order, boolean trip) {}

  public static final Category<Ordered> ORDERS = Category.of("order", Ordered.class);

  public static final Decider<Place, Order, Ordered> DECIDER =
      new Decider<>(
          ORDERS,
          Place::order,
          new Order(),
          (place, _) -> List.of(new Ordered(place.trip())),
          (order, _) -> order);
}
