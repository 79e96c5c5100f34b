package dev.foldline.shop.billing;

import static dev.foldline.core.Effect.send;

import dev.foldline.shop.billing.Invoice.Cancel;
import dev.foldline.shop.billing.Invoice.Raise;
import dev.foldline.shop.billing.InvoiceEvent.Cancelled;
import dev.foldline.shop.billing.InvoiceEvent.Raised;
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

@DisplayName("An invoice")
class InvoiceTest {

  private static final Raised RAISED = new Raised("ada", "EUR", 40_00);
  private static final Placed PLACED =
      new Placed("ada", "EUR", List.of(new Line("lamp", 2, 20_00)), Duration.ofMinutes(15));

  private static Given<Invoice.Command, InvoiceEvent> given(InvoiceEvent... events) {
    return Given.given(Invoice.DECIDER, events);
  }

  @Test
  void is_raised_once_and_cancelled_once() {
    given().when(new Raise("o-1", RAISED)).then(RAISED);
    given(RAISED).when(new Raise("o-1", RAISED)).thenNothing();
    given(RAISED).when(new Cancel("o-1")).then(new Cancelled());
    given(RAISED, new Cancelled()).when(new Cancel("o-1")).thenNothing();
  }

  @Test
  void is_not_raised_where_it_was_cancelled_before() {
    given().when(new Cancel("o-1")).then(new Cancelled());
    given(new Cancelled()).when(new Raise("o-1", RAISED)).thenNothing();
  }

  @Test
  void follows_from_an_order() {
    GivenReaction.given(Invoice.BILLING)
        .when(PLACED)
        .then(send("raise", Invoice.DECIDER, new Raise(GivenReaction.ID, RAISED)));
    GivenReaction.given(Invoice.BILLING, PLACED)
        .when(new OrderEvent.Cancelled("cancelled"))
        .then(send("cancel", Invoice.DECIDER, new Cancel(GivenReaction.ID)));
    GivenReaction.given(Invoice.BILLING, PLACED)
        .when(new OrderEvent.Refused("declined"))
        .then(send("cancel", Invoice.DECIDER, new Cancel(GivenReaction.ID)));
    GoldenEffects.of(Invoice.BILLING)
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
