package dev.foldline.shop.fulfilment;

import static dev.foldline.core.Effect.perform;
import static dev.foldline.core.Effect.remind;
import static dev.foldline.core.Effect.send;

import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.shop.fulfilment.FulfilmentCommand.Answered;
import dev.foldline.shop.fulfilment.FulfilmentCommand.Deadline;
import dev.foldline.shop.fulfilment.FulfilmentEvent.AuthorisationRequested;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Authorised;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Begun;
import dev.foldline.shop.fulfilment.FulfilmentEvent.CaptureRequested;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Captured;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Completed;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Expired;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Held;
import dev.foldline.shop.fulfilment.FulfilmentEvent.OrderEnded;
import dev.foldline.shop.fulfilment.FulfilmentEvent.OrderReady;
import dev.foldline.shop.fulfilment.FulfilmentEvent.RefundRequested;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Refunded;
import dev.foldline.shop.fulfilment.FulfilmentEvent.ReleaseRequested;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Screened;
import dev.foldline.shop.fulfilment.FulfilmentEvent.ShippingAsked;
import dev.foldline.shop.fulfilment.FulfilmentEvent.StepFailed;
import dev.foldline.shop.fulfilment.FulfilmentEvent.StepRefused;
import dev.foldline.shop.fulfilment.FulfilmentEvent.StockReleased;
import dev.foldline.shop.fulfilment.FulfilmentEvent.StockReserved;
import dev.foldline.shop.fulfilment.FulfilmentEvent.VoidRequested;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Voided;
import dev.foldline.shop.order.Order;
import dev.foldline.shop.order.OrderCommand.Expire;
import dev.foldline.shop.order.OrderCommand.MakeReady;
import dev.foldline.shop.order.OrderCommand.Refuse;
import dev.foldline.shop.order.OrderCommand.Ship;
import dev.foldline.shop.payment.Payments;
import dev.foldline.shop.payment.Payments.Authorise;
import dev.foldline.shop.payment.Payments.Capture;
import dev.foldline.shop.payment.Payments.Refund;
import dev.foldline.shop.warehouse.Reservation;
import dev.foldline.shop.warehouse.ReservationCommand.Release;
import java.util.List;

/** What happens next in the fulfilment of an order. */
public final class FulfilmentNext {

  public static final Reaction<FulfilmentEvent> REACTION =
      Reaction.of("fulfilment-next", FulfilmentEvent.FULFILMENTS, FulfilmentNext::effects)
          .answering(Fulfilment.DECIDER, (recorded, result) -> new Answered(recorded.id(), result));

  private FulfilmentNext() {}

  private static List<Effect> effects(Recorded<FulfilmentEvent> recorded) {
    String order = recorded.id();
    return switch (recorded.event()) {
      case Begun(_, _, var authoriseBy) ->
          List.of(remind("deadline", authoriseBy, new Deadline(order)));
      case AuthorisationRequested(var currency, var cents) ->
          List.of(
              perform(
                  Fulfilment.AUTHORISE, Payments.AUTHORISE, new Authorise(order, currency, cents)));
      case Authorised _ -> List.of(send(Fulfilment.READY, Order.DECIDER, new MakeReady(order)));
      case CaptureRequested(var authorisation, var cents) ->
          List.of(perform(Fulfilment.CAPTURE, Payments.CAPTURE, new Capture(authorisation, cents)));
      case Captured _ -> List.of(send(Fulfilment.SHIP, Order.DECIDER, new Ship(order)));
      case StepRefused(_, var code) -> List.of(refuse(order, code));
      case StepFailed(_, var code) -> List.of(refuse(order, code));
      case Expired() -> List.of(send(Fulfilment.EXPIRE, Order.DECIDER, new Expire(order)));
      case RefundRequested() ->
          List.of(
              perform(Fulfilment.REFUND, Payments.REFUND, new Refund(order))
                  .undoing(Fulfilment.CAPTURE));
      case VoidRequested() ->
          List.of(
              perform(Fulfilment.VOID, Payments.VOID, new Payments.VoidAuthorisation(order))
                  .undoing(Fulfilment.AUTHORISE));
      case ReleaseRequested() ->
          List.of(send(Fulfilment.RELEASE, Reservation.DECIDER, new Release(order)));
      case StockReserved(),
          Screened(),
          OrderReady(),
          ShippingAsked(),
          Completed(),
          OrderEnded _,
          Refunded(),
          Voided(),
          StockReleased _,
          Held _ ->
          List.of();
    };
  }

  private static Effect refuse(String order, String code) {
    return send(Fulfilment.REFUSE, Order.DECIDER, new Refuse(order, code));
  }
}
