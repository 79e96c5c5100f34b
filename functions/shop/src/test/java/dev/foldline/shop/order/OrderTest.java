package dev.foldline.shop.order;

import dev.foldline.shop.order.OrderCommand.AskToShip;
import dev.foldline.shop.order.OrderCommand.Cancel;
import dev.foldline.shop.order.OrderCommand.Expire;
import dev.foldline.shop.order.OrderCommand.MakeReady;
import dev.foldline.shop.order.OrderCommand.Place;
import dev.foldline.shop.order.OrderCommand.Refuse;
import dev.foldline.shop.order.OrderCommand.Ship;
import dev.foldline.shop.order.OrderEvent.Cancelled;
import dev.foldline.shop.order.OrderEvent.Line;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.shop.order.OrderEvent.Ready;
import dev.foldline.shop.order.OrderEvent.Refused;
import dev.foldline.shop.order.OrderEvent.Shipped;
import dev.foldline.shop.order.OrderEvent.ShippingAsked;
import dev.foldline.testing.Given;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An order")
class OrderTest {

  private static final Placed PLACED =
      new Placed(
          "ada",
          "EUR",
          List.of(new Line("lamp", 2, 20_00), new Line("desk", 1, 90_00)),
          Duration.ofMinutes(15));

  private static Given<OrderCommand, OrderEvent> given(OrderEvent... events) {
    return Given.given(Order.DECIDER, events);
  }

  @Test
  void is_placed_once() {
    given().when(new Place("o-1", PLACED)).then(PLACED);
    given(PLACED).when(new Place("o-1", PLACED)).thenNothing();
    given(PLACED, new Cancelled("cancelled")).when(new Place("o-1", PLACED)).thenNothing();
    given(PLACED)
        .when(new Place("o-1", new Placed("bob", "EUR", PLACED.lines(), Duration.ofMinutes(15))))
        .thenRefused("order-exists");
  }

  @Test
  void costs_what_its_lines_cost() {
    Assertions.assertThat(PLACED.cents()).isEqualTo(130_00);
  }

  @Test
  void can_be_shipped_once_it_is_ready() {
    given(PLACED).when(new AskToShip("o-1")).thenRefused("order-not-ready");
    given(PLACED).when(new MakeReady("o-1")).then(new Ready());
    given(PLACED, new Ready()).when(new MakeReady("o-1")).thenNothing();
    given(PLACED, new Ready()).when(new AskToShip("o-1")).then(new ShippingAsked());
    given(PLACED, new Ready(), new ShippingAsked()).when(new AskToShip("o-1")).thenNothing();
    given(PLACED, new Ready(), new ShippingAsked()).when(new Ship("o-1")).then(new Shipped());
    given(PLACED, new Shipped()).when(new Ship("o-1")).thenNothing();
    given(PLACED, new Shipped()).when(new AskToShip("o-1")).thenNothing();
  }

  @Test
  void can_be_cancelled_until_it_is_shipped() {
    given(PLACED).when(new Cancel("o-1")).then(new Cancelled("cancelled"));
    given(PLACED, new Ready(), new ShippingAsked())
        .when(new Cancel("o-1"))
        .then(new Cancelled("cancelled"));
    given(PLACED, new Cancelled("too-late")).when(new Cancel("o-1")).thenNothing();
    given(PLACED, new Shipped()).when(new Cancel("o-1")).thenRefused("order-shipped");
  }

  @Test
  void comes_to_nothing_once_for_one_reason() {
    given(PLACED).when(new Expire("o-1")).then(new Cancelled("too-late"));
    given(PLACED).when(new Refuse("o-1", "declined")).then(new Refused("declined"));
    given(PLACED, new Refused("declined")).when(new Expire("o-1")).thenNothing();
    given(PLACED, new Cancelled("cancelled")).when(new Refuse("o-1", "declined")).thenNothing();
  }

  @Test
  void is_not_shipped_where_it_has_come_to_nothing() {
    given(PLACED, new Cancelled("cancelled")).when(new Ship("o-1")).thenRefused("order-cancelled");
    given(PLACED, new Refused("declined")).when(new AskToShip("o-1")).thenRefused("order-refused");
  }

  @Test
  void is_nothing_before_it_is_placed() {
    for (OrderCommand command :
        List.of(
            new Cancel("o-1"),
            new AskToShip("o-1"),
            new MakeReady("o-1"),
            new Ship("o-1"),
            new Expire("o-1"),
            new Refuse("o-1", "declined"))) {
      given().when(command).thenRefused("no-such-order");
    }
  }
}
