package dev.foldline.shop.loyalty;

import static dev.foldline.core.Effect.send;
import static dev.foldline.shop.loyalty.PointsEvent.POINTS;

import dev.foldline.core.Decider;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.shop.loyalty.PointsEvent.Earned;
import dev.foldline.shop.order.Order;
import dev.foldline.shop.order.OrderEvent;
import dev.foldline.shop.order.OrderEvent.Cancelled;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.shop.order.OrderEvent.Ready;
import dev.foldline.shop.order.OrderEvent.Refused;
import dev.foldline.shop.order.OrderEvent.Shipped;
import dev.foldline.shop.order.OrderEvent.ShippingAsked;
import java.util.List;

/** Whoever is sent something gets a point for each whole unit of its price. */
record Loyalty(long points) {

  record Earn(String customer, String order, long points) {}

  static final Decider<Earn, Loyalty, PointsEvent> DECIDER =
      new Decider<>(
          POINTS,
          Earn::customer,
          new Loyalty(0),
          (earn, _) -> List.of(new Earned(earn.order(), earn.points())),
          (loyalty, event) ->
              switch (event) {
                case Earned(_, var points) -> new Loyalty(loyalty.points + points);
              });

  static final Reaction<OrderEvent> REACTION =
      Reaction.of("loyalty", Order.DECIDER, Loyalty::effects).fromStart();

  private static List<Effect> effects(Recorded<OrderEvent> recorded, Order order) {
    return switch (recorded.event()) {
      case Shipped() -> List.of(send("earn", DECIDER, earn(recorded.id(), order.placed())));
      case Placed _, Ready(), ShippingAsked(), Cancelled _, Refused _ -> List.of();
    };
  }

  private static Earn earn(String order, Placed placed) {
    return new Earn(placed.customer(), order, placed.cents() / 100);
  }
}
