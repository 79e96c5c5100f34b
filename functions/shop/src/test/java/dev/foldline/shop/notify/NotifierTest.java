package dev.foldline.shop.notify;

import static dev.foldline.core.Effect.perform;

import dev.foldline.core.Effect;
import dev.foldline.shop.notify.Notifier.Letter;
import dev.foldline.shop.order.OrderEvent;
import dev.foldline.shop.order.OrderEvent.Cancelled;
import dev.foldline.shop.order.OrderEvent.Line;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.shop.order.OrderEvent.Ready;
import dev.foldline.shop.order.OrderEvent.Refused;
import dev.foldline.shop.order.OrderEvent.Shipped;
import dev.foldline.shop.order.OrderEvent.ShippingAsked;
import dev.foldline.testing.GivenReaction;
import dev.foldline.testing.GoldenEffects;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The notifier")
class NotifierTest {

  private static final Placed PLACED =
      new Placed("ada", "EUR", List.of(new Line("lamp", 2, 20_00)), Duration.ofMinutes(15));

  private static GivenReaction<OrderEvent> given(OrderEvent... events) {
    return GivenReaction.given(Notifier.REACTION, events);
  }

  private static Effect mail(String subject, String text) {
    return perform("mail", Notifier.MAIL, new Letter("ada", subject, text));
  }

  @Test
  void writes_what_becomes_of_an_order() {
    given()
        .when(PLACED)
        .then(mail("Your order 1 was placed", "We have your order, and look after it."));
    given(PLACED).when(new Ready()).thenNothing();
    given(PLACED)
        .when(new Shipped())
        .then(mail("Your order 1 is on its way", "What you ordered was sent today."));
    given(PLACED)
        .when(new Cancelled("cancelled"))
        .then(mail("Your order 1 is cancelled", "What you have paid for it comes back to you."));
    given(PLACED)
        .when(new Refused("declined"))
        .then(
            mail(
                "Your order 1 can't be done",
                "We are sorry. What you have paid comes back to you."));
  }

  @Test
  void has_effects_that_keep_their_names() {
    GoldenEffects.of(Notifier.REACTION)
        .history(PLACED, new Ready(), new ShippingAsked(), new Shipped())
        .history(PLACED, new Cancelled("cancelled"))
        .history(PLACED, new Refused("declined"))
        .check();
  }
}
