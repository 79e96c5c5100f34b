package dev.foldline.shop.fulfilment;

import static dev.foldline.core.Effect.send;

import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.shop.fraud.ScreeningEvent;
import dev.foldline.shop.fulfilment.FulfilmentCommand.Begin;
import dev.foldline.shop.fulfilment.FulfilmentCommand.TellCleared;
import dev.foldline.shop.fulfilment.FulfilmentCommand.TellEnded;
import dev.foldline.shop.fulfilment.FulfilmentCommand.TellFlagged;
import dev.foldline.shop.fulfilment.FulfilmentCommand.TellOutOfStock;
import dev.foldline.shop.fulfilment.FulfilmentCommand.TellReleased;
import dev.foldline.shop.fulfilment.FulfilmentCommand.TellReserved;
import dev.foldline.shop.fulfilment.FulfilmentCommand.TellShippingAsked;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Begun;
import dev.foldline.shop.order.OrderEvent;
import dev.foldline.shop.order.OrderEvent.Cancelled;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.shop.order.OrderEvent.Ready;
import dev.foldline.shop.order.OrderEvent.Refused;
import dev.foldline.shop.order.OrderEvent.Shipped;
import dev.foldline.shop.order.OrderEvent.ShippingAsked;
import dev.foldline.shop.warehouse.ReservationEvent;
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

/** What the fulfilment of an order is told of what others announce. */
public final class Announcements {

  public static final Reaction<OrderEvent> ORDERS =
      Reaction.of("fulfilment-orders", OrderEvent.ORDERS, Announcements::onOrder).fromStart();

  public static final Reaction<ReservationEvent> RESERVATIONS =
      Reaction.of(
              "fulfilment-reservations",
              ReservationEvent.RESERVATIONS,
              Announcements::onReservation)
          .fromStart();

  public static final Reaction<ScreeningEvent> SCREENINGS =
      Reaction.of("fulfilment-screenings", ScreeningEvent.SCREENINGS, Announcements::onScreening)
          .fromStart();

  private Announcements() {}

  private static List<Effect> onOrder(Recorded<OrderEvent> recorded) {
    String order = recorded.id();
    return switch (recorded.event()) {
      case Placed placed -> List.of(tell("begin", new Begin(order, begun(recorded, placed))));
      case ShippingAsked() -> List.of(tell("shipping-asked", new TellShippingAsked(order)));
      case Cancelled(var code) -> List.of(tell("ended", new TellEnded(order, code)));
      case Refused(var code) -> List.of(tell("ended", new TellEnded(order, code)));
      case Ready(), Shipped() -> List.of();
    };
  }

  private static Begun begun(Recorded<OrderEvent> recorded, Placed placed) {
    return new Begun(
        placed.currency(), placed.cents(), recorded.time().plus(placed.authoriseWithin()));
  }

  private static List<Effect> onReservation(Recorded<ReservationEvent> recorded) {
    String order = recorded.id();
    return switch (recorded.event()) {
      case StockReserved() -> List.of(tell("reserved", new TellReserved(order)));
      case StockRefused(_, var code) ->
          List.of(tell("out-of-stock", new TellOutOfStock(order, code)));
      case StockReleased() -> List.of(tell("released", new TellReleased(order)));
      case Requested _,
          LineReserved _,
          LineRefused _,
          ReleaseAsked(),
          Releasing _,
          LineReleased _,
          ReservationEvent.ShippingAsked(),
          Shipping _,
          LineTakenOut _,
          StockTakenOut() ->
          List.of();
    };
  }

  private static List<Effect> onScreening(Recorded<ScreeningEvent> recorded) {
    String order = recorded.id();
    return switch (recorded.event()) {
      case ScreeningEvent.Cleared() -> List.of(tell("cleared", new TellCleared(order)));
      case ScreeningEvent.Flagged(var code) ->
          List.of(tell("flagged", new TellFlagged(order, code)));
    };
  }

  private static Effect tell(String name, FulfilmentCommand command) {
    return send(name, Fulfilment.DECIDER, command);
  }
}
