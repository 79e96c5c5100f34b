package dev.foldline.shop.notify;

import static dev.foldline.core.Effect.perform;

import dev.foldline.core.Activity;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.shop.order.Order;
import dev.foldline.shop.order.OrderEvent;
import dev.foldline.shop.order.OrderEvent.Cancelled;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.shop.order.OrderEvent.Ready;
import dev.foldline.shop.order.OrderEvent.Refused;
import dev.foldline.shop.order.OrderEvent.Shipped;
import dev.foldline.shop.order.OrderEvent.ShippingAsked;
import java.util.List;

/** Writes to the customer what becomes of an order. */
public final class Notifier {

  public static final Activity<Letter, Sent> MAIL = Activity.of("mail", Letter.class, Sent.class);

  public static final Reaction<OrderEvent> REACTION =
      Reaction.of("notifier", Order.DECIDER, Notifier::effects).fromStart();

  /** A mail that is to be sent. */
  public record Letter(String customer, String subject, String text) {}

  /**
   * A mail is on its way.
   *
   * @param messageId by which its doubles are known
   */
  public record Sent(String messageId) {}

  private Notifier() {}

  private static List<Effect> effects(Recorded<OrderEvent> recorded, Order order) {
    String id = recorded.id();
    return switch (recorded.event()) {
      case Placed _ -> write(order, id, "was placed", "We have your order, and look after it.");
      case Shipped() -> write(order, id, "is on its way", "What you ordered was sent today.");
      case Cancelled _ ->
          write(order, id, "is cancelled", "What you have paid for it comes back to you.");
      case Refused _ ->
          write(order, id, "can't be done", "We are sorry. What you have paid comes back to you.");
      case Ready(), ShippingAsked() -> List.of();
    };
  }

  private static List<Effect> write(Order order, String id, String what, String text) {
    return List.of(
        perform(
            "mail",
            MAIL,
            new Letter(order.placed().customer(), "Your order %s %s".formatted(id, what), text)));
  }
}
