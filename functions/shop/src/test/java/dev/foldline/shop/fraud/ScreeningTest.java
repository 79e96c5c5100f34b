package dev.foldline.shop.fraud;

import static dev.foldline.core.Effect.send;

import dev.foldline.shop.fraud.Screening.Screen;
import dev.foldline.shop.fraud.ScreeningEvent.Cleared;
import dev.foldline.shop.fraud.ScreeningEvent.Flagged;
import dev.foldline.shop.order.OrderEvent;
import dev.foldline.shop.order.OrderEvent.Line;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.testing.Given;
import dev.foldline.testing.GivenReaction;
import dev.foldline.testing.GoldenEffects;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A screening")
class ScreeningTest {

  private static final Placed PLACED =
      new Placed("ada", "EUR", List.of(new Line("lamp", 2, 20_00)), Duration.ofMinutes(15));

  private static Given<Screen, ScreeningEvent> given(ScreeningEvent... events) {
    return Given.given(Screening.DECIDER, events);
  }

  @Test
  void clears_what_is_usual_and_flags_what_is_not() {
    given().when(new Screen("o-1", Screening.MOST_CENTS)).then(new Cleared());
    given().when(new Screen("o-1", Screening.MOST_CENTS + 1)).then(new Flagged("amount-too-large"));
    given(new Cleared()).when(new Screen("o-1", Long.MAX_VALUE)).thenNothing();
  }

  @Test
  void follows_from_an_order_that_is_placed() {
    GivenReaction.given(Screening.REACTION)
        .when(PLACED)
        .then(send("screen", Screening.DECIDER, new Screen(GivenReaction.ID, 40_00)));
    GoldenEffects.of(Screening.REACTION)
        .history(
            PLACED,
            new OrderEvent.Ready(),
            new OrderEvent.ShippingAsked(),
            new OrderEvent.Shipped())
        .history(PLACED, new OrderEvent.Cancelled("cancelled"))
        .history(PLACED, new OrderEvent.Refused("declined"))
        .check();
  }
}
