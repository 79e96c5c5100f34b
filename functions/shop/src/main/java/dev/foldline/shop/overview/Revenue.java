package dev.foldline.shop.overview;

import static dev.foldline.shop.fulfilment.FulfilmentEvent.FULFILMENTS;

import dev.foldline.core.Change.Increase;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.shop.fulfilment.FulfilmentEvent;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Captured;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Refunded;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * What was captured of an order and not refunded, to know on which day it was captured.
 *
 * @param day in UTC; empty where nothing was captured
 */
public record Revenue(String day, String currency, long cents) {

  /** What was captured on each day and not refunded, in cents; a ranking for each currency. */
  static final String PER_DAY = "revenue-";

  static final Projection<Revenue> PROJECTION =
      Projection.of("revenue", 1, Revenue.class).on(FULFILMENTS, Revenue::project);

  private static final Revenue NONE = new Revenue("", "", 0);

  private static Changes<Revenue> project(
      @Nullable Revenue state, Recorded<FulfilmentEvent> recorded) {
    Revenue before = state == null ? NONE : state;
    return switch (recorded.event()) {
      case Captured(var currency, var cents) -> {
        String day = recorded.time().atZone(ZoneOffset.UTC).toLocalDate().toString();
        yield Changes.to(
            new Revenue(day, currency, cents), new Increase(PER_DAY + currency, day, cents));
      }
      case Refunded() when before.cents > 0 ->
          Changes.to(NONE, new Increase(PER_DAY + before.currency, before.day, -before.cents));
      case Refunded(),
          FulfilmentEvent.Begun _,
          FulfilmentEvent.StockReserved(),
          FulfilmentEvent.Screened(),
          FulfilmentEvent.AuthorisationRequested _,
          FulfilmentEvent.Authorised _,
          FulfilmentEvent.OrderReady(),
          FulfilmentEvent.ShippingAsked(),
          FulfilmentEvent.CaptureRequested _,
          FulfilmentEvent.Completed(),
          FulfilmentEvent.StepRefused _,
          FulfilmentEvent.StepFailed _,
          FulfilmentEvent.Expired(),
          FulfilmentEvent.OrderEnded _,
          FulfilmentEvent.RefundRequested(),
          FulfilmentEvent.VoidRequested(),
          FulfilmentEvent.Voided(),
          FulfilmentEvent.ReleaseRequested(),
          FulfilmentEvent.StockReleased _,
          FulfilmentEvent.Held _ ->
          Changes.to(before);
    };
  }
}
