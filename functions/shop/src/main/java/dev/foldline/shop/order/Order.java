package dev.foldline.shop.order;

import static dev.foldline.shop.order.OrderEvent.ORDERS;

import dev.foldline.core.Decider;
import dev.foldline.core.Refused;
import dev.foldline.shop.order.OrderCommand.AskToShip;
import dev.foldline.shop.order.OrderCommand.Cancel;
import dev.foldline.shop.order.OrderCommand.Expire;
import dev.foldline.shop.order.OrderCommand.MakeReady;
import dev.foldline.shop.order.OrderCommand.Place;
import dev.foldline.shop.order.OrderCommand.Refuse;
import dev.foldline.shop.order.OrderCommand.Ship;
import dev.foldline.shop.order.OrderEvent.Cancelled;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.shop.order.OrderEvent.Ready;
import dev.foldline.shop.order.OrderEvent.Shipped;
import dev.foldline.shop.order.OrderEvent.ShippingAsked;
import java.util.List;

/** An order. Whether it is shipped or comes to nothing is what stands in its stream first. */
public sealed interface Order {

  Decider<OrderCommand, Order, OrderEvent> DECIDER =
      new Decider<>(ORDERS, OrderCommand::order, new None(), Order::decide, Order::evolve);

  /**
   * What was ordered.
   *
   * @throws IllegalStateException before it was
   */
  Placed placed();

  /** It was not placed. */
  record None() implements Order {

    @Override
    public Placed placed() {
      throw new IllegalStateException("nothing was ordered");
    }
  }

  /** It is neither shipped, nor has it come to nothing. */
  record Open(Placed placed, Stage stage) implements Order {

    private List<OrderEvent> decide(OrderCommand command) {
      return switch (command) {
        case Place(_, var again) -> placedAgain(placed, again);
        case MakeReady _ -> stage == Stage.PLACED ? List.of(new Ready()) : List.of();
        case AskToShip _ ->
            switch (stage) {
              case PLACED -> throw new Refused("order-not-ready");
              case READY -> List.of(new ShippingAsked());
              case SHIPPING_ASKED -> List.of();
            };
        case Ship _ -> List.of(new Shipped());
        case Cancel _ -> List.of(new Cancelled("cancelled"));
        case Expire _ -> List.of(new Cancelled("too-late"));
        case Refuse(_, var code) -> List.of(new OrderEvent.Refused(code));
      };
    }
  }

  /** How far an order is. */
  enum Stage {
    PLACED,
    READY,
    SHIPPING_ASKED
  }

  /** It is on its way. */
  record Sent(Placed placed) implements Order {

    private List<OrderEvent> decide(OrderCommand command) {
      return switch (command) {
        case Place(_, var again) -> placedAgain(placed, again);
        case MakeReady _, AskToShip _, Ship _ -> List.of();
        case Cancel _, Expire _, Refuse _ -> throw new Refused("order-shipped");
      };
    }
  }

  /**
   * It came to nothing.
   *
   * @param refusal of what would have it shipped
   */
  record Ended(Placed placed, String refusal) implements Order {

    private List<OrderEvent> decide(OrderCommand command) {
      return switch (command) {
        case Place(_, var again) -> placedAgain(placed, again);
        case Cancel _, Expire _, Refuse _ -> List.of();
        case MakeReady _, AskToShip _, Ship _ -> throw new Refused(refusal);
      };
    }
  }

  private static List<OrderEvent> decide(OrderCommand command, Order order) {
    return switch (order) {
      case None() ->
          switch (command) {
            case Place(_, var placed) -> List.of(placed);
            case Cancel _, AskToShip _, MakeReady _, Ship _, Expire _, Refuse _ ->
                throw new Refused("no-such-order");
          };
      case Open open -> open.decide(command);
      case Sent sent -> sent.decide(command);
      case Ended ended -> ended.decide(command);
    };
  }

  private static List<OrderEvent> placedAgain(Placed placed, Placed again) {
    if (!again.equals(placed)) {
      throw new Refused("order-exists");
    }
    return List.of();
  }

  private static Order evolve(Order order, OrderEvent event) {
    return switch (event) {
      case Placed placed -> new Open(placed, Stage.PLACED);
      case Ready() -> new Open(order.placed(), Stage.READY);
      case ShippingAsked() -> new Open(order.placed(), Stage.SHIPPING_ASKED);
      case Shipped() -> new Sent(order.placed());
      case Cancelled _ -> new Ended(order.placed(), "order-cancelled");
      case OrderEvent.Refused _ -> new Ended(order.placed(), "order-refused");
    };
  }
}
