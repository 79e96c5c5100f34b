package dev.foldline.shop.fulfilment;

import dev.foldline.core.Category;
import dev.foldline.core.Stored;
import java.time.Instant;

/** What happens to an order's fulfilment. These shapes and names are stored for ever. */
public sealed interface FulfilmentEvent {

  Category<FulfilmentEvent> FULFILMENTS = Category.of("fulfilment", FulfilmentEvent.class);

  /**
   * An order was placed.
   *
   * @param authoriseBy when its payment is to be authorised
   */
  @Stored("fulfilment-begun")
  record Begun(String currency, long cents, Instant authoriseBy) implements FulfilmentEvent {}

  @Stored("fulfilment-stock-reserved")
  record StockReserved() implements FulfilmentEvent {}

  @Stored("fulfilment-screened")
  record Screened() implements FulfilmentEvent {}

  @Stored("payment-authorisation-requested")
  record AuthorisationRequested(String currency, long cents) implements FulfilmentEvent {}

  @Stored("payment-authorised")
  record Authorised(String authorisation) implements FulfilmentEvent {}

  /** The order knows that it can be shipped. */
  @Stored("fulfilment-ready")
  record OrderReady() implements FulfilmentEvent {}

  @Stored("fulfilment-shipping-asked")
  record ShippingAsked() implements FulfilmentEvent {}

  @Stored("payment-capture-requested")
  record CaptureRequested(String authorisation, long cents) implements FulfilmentEvent {}

  @Stored("payment-captured")
  record Captured(String currency, long cents) implements FulfilmentEvent {}

  /** The order is shipped: nothing follows. */
  @Stored("fulfilment-completed")
  record Completed() implements FulfilmentEvent {}

  /** The order is to be refused, as a step did not take place. */
  @Stored("fulfilment-step-refused")
  record StepRefused(String step, String code) implements FulfilmentEvent {}

  /** The order is to be refused, as a step is tried no more; it may have taken place. */
  @Stored("fulfilment-step-failed")
  record StepFailed(String step, String code) implements FulfilmentEvent {}

  /** The order is to be cancelled, as its payment is not authorised in time. */
  @Stored("fulfilment-expired")
  record Expired() implements FulfilmentEvent {}

  /**
   * The order has come to nothing: what was done is undone.
   *
   * @param code why
   */
  @Stored("fulfilment-order-ended")
  record OrderEnded(String code) implements FulfilmentEvent {}

  @Stored("payment-refund-requested")
  record RefundRequested() implements FulfilmentEvent {}

  @Stored("payment-refunded")
  record Refunded() implements FulfilmentEvent {}

  @Stored("payment-void-requested")
  record VoidRequested() implements FulfilmentEvent {}

  @Stored("payment-voided")
  record Voided() implements FulfilmentEvent {}

  @Stored("fulfilment-release-requested")
  record ReleaseRequested() implements FulfilmentEvent {}

  /** All is undone: nothing follows. */
  @Stored("fulfilment-stock-released")
  record StockReleased(String code) implements FulfilmentEvent {}

  /** What was done can't be undone: somebody has to look at it. */
  @Stored("fulfilment-held")
  record Held(String step, String code) implements FulfilmentEvent {}
}
