package dev.foldline.shop.warehouse;

import static dev.foldline.core.Effect.send;

import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.shop.inventory.Item;
import dev.foldline.shop.inventory.ItemCommand;
import dev.foldline.shop.order.OrderEvent;
import dev.foldline.shop.order.OrderEvent.Cancelled;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.shop.order.OrderEvent.Ready;
import dev.foldline.shop.order.OrderEvent.Refused;
import dev.foldline.shop.order.OrderEvent.Shipped;
import dev.foldline.shop.order.OrderEvent.ShippingAsked;
import dev.foldline.shop.warehouse.ReservationCommand.Answered;
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
import dev.foldline.shop.warehouse.ReservationEvent.StockRefused;
import dev.foldline.shop.warehouse.ReservationEvent.StockReleased;
import dev.foldline.shop.warehouse.ReservationEvent.StockReserved;
import dev.foldline.shop.warehouse.ReservationEvent.StockTakenOut;
import java.util.List;

/** Reserves what is ordered, and takes out what is shipped. */
public final class Warehouse {

  public static final Reaction<OrderEvent> ORDERS =
      Reaction.of("warehouse", OrderEvent.ORDERS, Warehouse::onOrder).fromStart();

  public static final Reaction<ReservationEvent> RESERVATIONS =
      Reaction.of("reservation-next", ReservationEvent.RESERVATIONS, Warehouse::onReservation)
          .answering(
              Reservation.DECIDER, (recorded, result) -> new Answered(recorded.id(), result));

  private Warehouse() {}

  private static List<Effect> onOrder(Recorded<OrderEvent> recorded) {
    String order = recorded.id();
    return switch (recorded.event()) {
      case Placed placed ->
          List.of(send("reserve", Reservation.DECIDER, new Reserve(order, lines(placed))));
      case Shipped() -> List.of(send("ship", Reservation.DECIDER, new Ship(order)));
      case Ready(), ShippingAsked(), Cancelled _, Refused _ -> List.of();
    };
  }

  private static List<Line> lines(Placed placed) {
    return placed.lines().stream().map(line -> new Line(line.item(), line.quantity())).toList();
  }

  private static List<Effect> onReservation(Recorded<ReservationEvent> recorded) {
    String order = recorded.id();
    return switch (recorded.event()) {
      case Requested(var lines) -> lines.stream().map(line -> reserve(order, line)).toList();
      case Releasing(var items) -> items.stream().map(item -> release(order, item)).toList();
      case Shipping(var items) -> items.stream().map(item -> takeOut(order, item)).toList();
      case LineReserved _,
          LineRefused _,
          StockReserved(),
          StockRefused _,
          ReleaseAsked(),
          LineReleased _,
          StockReleased(),
          ReservationEvent.ShippingAsked(),
          LineTakenOut _,
          StockTakenOut() ->
          List.of();
    };
  }

  private static Effect reserve(String order, Line line) {
    return send(
        Reservation.RESERVE + line.item(),
        Item.DECIDER,
        new ItemCommand.Reserve(line.item(), order, line.quantity()));
  }

  private static Effect release(String order, String item) {
    return send(Reservation.RELEASE + item, Item.DECIDER, new ItemCommand.Release(item, order));
  }

  private static Effect takeOut(String order, String item) {
    return send(Reservation.TAKE_OUT + item, Item.DECIDER, new ItemCommand.TakeOut(item, order));
  }
}
