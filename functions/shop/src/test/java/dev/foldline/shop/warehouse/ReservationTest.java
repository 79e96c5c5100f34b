package dev.foldline.shop.warehouse;

import static dev.foldline.core.Effect.send;

import dev.foldline.core.Receipt;
import dev.foldline.core.Result;
import dev.foldline.shop.inventory.Item;
import dev.foldline.shop.inventory.ItemCommand;
import dev.foldline.shop.order.OrderEvent;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.shop.order.OrderEvent.Shipped;
import dev.foldline.shop.warehouse.ReservationCommand.Answered;
import dev.foldline.shop.warehouse.ReservationCommand.Release;
import dev.foldline.shop.warehouse.ReservationCommand.Reserve;
import dev.foldline.shop.warehouse.ReservationCommand.Ship;
import dev.foldline.shop.warehouse.ReservationEvent.Line;
import dev.foldline.shop.warehouse.ReservationEvent.LineRefused;
import dev.foldline.shop.warehouse.ReservationEvent.LineReleased;
import dev.foldline.shop.warehouse.ReservationEvent.LineReserved;
import dev.foldline.shop.warehouse.ReservationEvent.LineTakenOut;
import dev.foldline.shop.warehouse.ReservationEvent.ReleaseAsked;
import dev.foldline.shop.warehouse.ReservationEvent.Releasing;
import dev.foldline.shop.warehouse.ReservationEvent.Requested;
import dev.foldline.shop.warehouse.ReservationEvent.Shipping;
import dev.foldline.shop.warehouse.ReservationEvent.ShippingAsked;
import dev.foldline.shop.warehouse.ReservationEvent.StockRefused;
import dev.foldline.shop.warehouse.ReservationEvent.StockReleased;
import dev.foldline.shop.warehouse.ReservationEvent.StockReserved;
import dev.foldline.shop.warehouse.ReservationEvent.StockTakenOut;
import dev.foldline.testing.Given;
import dev.foldline.testing.GivenReaction;
import dev.foldline.testing.GoldenEffects;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A reservation")
class ReservationTest {

  private static final List<Line> LINES = List.of(new Line("lamp", 2), new Line("desk", 1));
  private static final Requested REQUESTED = new Requested(LINES);
  private static final LineReserved LAMP = new LineReserved("lamp");
  private static final LineReserved DESK = new LineReserved("desk");
  private static final LineRefused NO_DESK = new LineRefused("desk", "out-of-stock");
  private static final StockReserved RESERVED = new StockReserved();
  private static final StockRefused REFUSED = new StockRefused("desk", "out-of-stock");
  private static final ReleaseAsked ASKED = new ReleaseAsked();

  private static Given<ReservationCommand, ReservationEvent> given(ReservationEvent... events) {
    return Given.given(Reservation.DECIDER, events);
  }

  private static Answered done(String step) {
    return new Answered("o-1", new Result.Done(step, new Receipt("item-x", 7, false)));
  }

  private static Answered refused(String step) {
    return new Answered("o-1", new Result.Refused(step, "out-of-stock"));
  }

  @Test
  void announces_that_all_of_it_is_reserved() {
    given().when(new Reserve("o-1", LINES)).then(REQUESTED);
    given(REQUESTED).when(new Reserve("o-1", LINES)).thenNothing();
    given(REQUESTED).when(done("reserve/lamp")).then(LAMP);
    given(REQUESTED, LAMP).when(done("reserve/desk")).then(DESK, RESERVED);
  }

  @Test
  void announces_that_a_line_is_refused_once_all_are_answered() {
    given(REQUESTED).when(refused("reserve/desk")).then(NO_DESK);
    given(REQUESTED, NO_DESK).when(done("reserve/lamp")).then(LAMP, REFUSED);
  }

  @Test
  void releases_what_it_got_when_it_is_asked_after_that() {
    given(REQUESTED, LAMP, DESK, RESERVED)
        .when(new Release("o-1"))
        .then(ASKED, new Releasing(List.of("lamp", "desk")));
    given(REQUESTED, LAMP, NO_DESK, REFUSED)
        .when(new Release("o-1"))
        .then(ASKED, new Releasing(List.of("lamp")));
    given(REQUESTED, LAMP, DESK, RESERVED, ASKED, new Releasing(List.of("lamp", "desk")))
        .when(done("release/lamp"))
        .then(new LineReleased("lamp"));
    given(
            REQUESTED,
            LAMP,
            DESK,
            RESERVED,
            ASKED,
            new Releasing(List.of("lamp", "desk")),
            new LineReleased("lamp"))
        .when(done("release/desk"))
        .then(new LineReleased("desk"), new StockReleased());
  }

  @Test
  void waits_for_its_lines_when_it_is_asked_to_release_during_that() {
    given(REQUESTED, LAMP).when(new Release("o-1")).then(ASKED);
    given(REQUESTED, LAMP, ASKED)
        .when(done("reserve/desk"))
        .then(DESK, new Releasing(List.of("lamp", "desk")));
    given(REQUESTED, new LineRefused("lamp", "out-of-stock"), ASKED)
        .when(refused("reserve/desk"))
        .then(NO_DESK, new StockReleased());
    given(REQUESTED, LAMP, ASKED).when(new Release("o-1")).thenNothing();
  }

  @Test
  void reserves_nothing_when_it_is_asked_to_release_before_that() {
    given().when(new Release("o-1")).then(ASKED, new StockReleased());
    given(ASKED, new StockReleased()).when(new Reserve("o-1", LINES)).thenNothing();
  }

  @Test
  void is_taken_out_when_its_order_is_shipped() {
    given(REQUESTED, LAMP, DESK, RESERVED)
        .when(new Ship("o-1"))
        .then(new ShippingAsked(), new Shipping(List.of("lamp", "desk")));
    given(
            REQUESTED,
            LAMP,
            DESK,
            RESERVED,
            new ShippingAsked(),
            new Shipping(List.of("lamp", "desk")),
            new LineTakenOut("lamp"))
        .when(done("take-out/desk"))
        .then(new LineTakenOut("desk"), new StockTakenOut());
    given(REQUESTED, LAMP, DESK, RESERVED, new ShippingAsked(), new Shipping(List.of("lamp")))
        .when(new Release("o-1"))
        .thenNothing();
  }

  @Test
  void is_taken_out_once_it_is_reserved_when_that_is_asked_before() {
    given().when(new Ship("o-1")).then(new ShippingAsked());
    given(new ShippingAsked()).when(new Reserve("o-1", LINES)).then(REQUESTED);
    given(new ShippingAsked(), REQUESTED, LAMP)
        .when(done("reserve/desk"))
        .then(DESK, new Shipping(List.of("lamp", "desk")));
  }

  @Test
  void follows_from_an_order() {
    Placed placed =
        new Placed(
            "ada", "EUR", List.of(new OrderEvent.Line("lamp", 2, 20_00)), Duration.ofMinutes(15));
    GivenReaction.given(Warehouse.ORDERS)
        .when(placed)
        .then(
            send(
                "reserve",
                Reservation.DECIDER,
                new Reserve(GivenReaction.ID, List.of(new Line("lamp", 2)))));
    GivenReaction.given(Warehouse.ORDERS, placed)
        .when(new Shipped())
        .then(send("ship", Reservation.DECIDER, new Ship(GivenReaction.ID)));
    GoldenEffects.of(Warehouse.ORDERS)
        .history(placed, new OrderEvent.Ready(), new OrderEvent.ShippingAsked(), new Shipped())
        .history(placed, new OrderEvent.Cancelled("cancelled"))
        .history(placed, new OrderEvent.Refused("declined"))
        .check();
  }

  @Test
  void asks_each_item() {
    String order = GivenReaction.ID;
    GivenReaction.given(Warehouse.RESERVATIONS)
        .when(REQUESTED)
        .then(
            send("reserve/lamp", Item.DECIDER, new ItemCommand.Reserve("lamp", order, 2)),
            send("reserve/desk", Item.DECIDER, new ItemCommand.Reserve("desk", order, 1)));
    GivenReaction.given(Warehouse.RESERVATIONS, REQUESTED, LAMP, DESK, RESERVED, ASKED)
        .when(new Releasing(List.of("lamp")))
        .then(send("release/lamp", Item.DECIDER, new ItemCommand.Release("lamp", order)));
    GivenReaction.given(Warehouse.RESERVATIONS, REQUESTED, LAMP, DESK, RESERVED)
        .when(new Shipping(List.of("lamp")))
        .then(send("take-out/lamp", Item.DECIDER, new ItemCommand.TakeOut("lamp", order)));
    GoldenEffects.of(Warehouse.RESERVATIONS)
        .history(
            REQUESTED,
            LAMP,
            NO_DESK,
            REFUSED,
            ASKED,
            new Releasing(List.of("lamp")),
            new LineReleased("lamp"),
            new StockReleased())
        .history(
            REQUESTED,
            LAMP,
            DESK,
            RESERVED,
            new ShippingAsked(),
            new Shipping(List.of("lamp", "desk")),
            new LineTakenOut("lamp"),
            new LineTakenOut("desk"),
            new StockTakenOut())
        .check();
  }
}
