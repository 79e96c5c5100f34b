package dev.foldline.shop.fraud;

import static dev.foldline.core.Effect.send;
import static dev.foldline.shop.fraud.ScreeningEvent.SCREENINGS;

import dev.foldline.core.Decider;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.shop.fraud.ScreeningEvent.Cleared;
import dev.foldline.shop.fraud.ScreeningEvent.Flagged;
import dev.foldline.shop.order.OrderEvent;
import dev.foldline.shop.order.OrderEvent.Cancelled;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.shop.order.OrderEvent.Ready;
import dev.foldline.shop.order.OrderEvent.Refused;
import dev.foldline.shop.order.OrderEvent.Shipped;
import dev.foldline.shop.order.OrderEvent.ShippingAsked;
import java.util.List;

/**
 * Whether an order was looked at: each is, once.
 *
 * @param isOver whether it was
 */
public record Screening(boolean isOver) {

  /** What costs more than this is looked at by people, who are not part of this shop. */
  static final long MOST_CENTS = 10_000_00;

  /** An order is to be looked at. */
  public record Screen(String order, long cents) {}

  public static final Decider<Screen, Screening, ScreeningEvent> DECIDER =
      new Decider<>(
          SCREENINGS,
          Screen::order,
          new Screening(false),
          Screening::decide,
          (_, _) -> new Screening(true));

  public static final Reaction<OrderEvent> REACTION =
      Reaction.of("fraud", OrderEvent.ORDERS, Screening::effects).fromStart();

  private static List<ScreeningEvent> decide(Screen command, Screening screening) {
    if (screening.isOver) {
      return List.of();
    }
    return List.of(command.cents() > MOST_CENTS ? new Flagged("amount-too-large") : new Cleared());
  }

  private static List<Effect> effects(Recorded<OrderEvent> recorded) {
    return switch (recorded.event()) {
      case Placed placed ->
          List.of(send("screen", DECIDER, new Screen(recorded.id(), placed.cents())));
      case Ready(), ShippingAsked(), Shipped(), Cancelled _, Refused _ -> List.of();
    };
  }
}
