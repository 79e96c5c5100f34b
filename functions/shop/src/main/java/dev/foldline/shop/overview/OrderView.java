package dev.foldline.shop.overview;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.foldline.core.Change.Increase;
import dev.foldline.core.Change.Index;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.shop.billing.InvoiceEvent;
import dev.foldline.shop.fulfilment.FulfilmentEvent;
import dev.foldline.shop.order.OrderEvent;
import dev.foldline.shop.order.OrderEvent.Cancelled;
import dev.foldline.shop.order.OrderEvent.Line;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.shop.order.OrderEvent.Ready;
import dev.foldline.shop.order.OrderEvent.Refused;
import dev.foldline.shop.order.OrderEvent.Shipped;
import dev.foldline.shop.order.OrderEvent.ShippingAsked;
import dev.foldline.shop.warehouse.ReservationEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order with what became of it in each context. What no event has told yet is empty.
 *
 * @param code why it came to nothing
 */
public record OrderView(
    String order,
    String customer,
    String currency,
    List<Line> items,
    long cents,
    Status status,
    String code,
    Invoice invoice,
    Payment payment,
    Stock stock) {

  /** The orders of each customer, in the order of their placing. */
  static final String OF_CUSTOMER = "orders-of";

  /** What customers were sent, in cents; a ranking for each currency. */
  static final String BEST_CUSTOMERS = "best-customers-";

  static final Projection<OrderView> PROJECTION =
      Projection.of("order-view", 1, OrderView.class)
          .on(OrderEvent.ORDERS, Recorded::id, OrderView::order)
          .on(InvoiceEvent.INVOICES, Recorded::id, OrderView::invoice)
          .on(FulfilmentEvent.FULFILMENTS, Recorded::id, OrderView::payment)
          .on(ReservationEvent.RESERVATIONS, Recorded::id, OrderView::stock);

  /** How an order is. */
  public enum Status {
    @JsonProperty("unknown")
    UNKNOWN,
    @JsonProperty("placed")
    PLACED,
    @JsonProperty("ready")
    READY,
    @JsonProperty("shipping")
    SHIPPING,
    @JsonProperty("shipped")
    SHIPPED,
    @JsonProperty("cancelled")
    CANCELLED,
    @JsonProperty("refused")
    REFUSED
  }

  /** How its invoice is. */
  public enum Invoice {
    @JsonProperty("none")
    NONE,
    @JsonProperty("open")
    OPEN,
    @JsonProperty("cancelled")
    CANCELLED
  }

  /** How its payment is. */
  public enum Payment {
    @JsonProperty("none")
    NONE,
    @JsonProperty("requested")
    REQUESTED,
    @JsonProperty("authorised")
    AUTHORISED,
    @JsonProperty("captured")
    CAPTURED,
    @JsonProperty("voided")
    VOIDED,
    @JsonProperty("refunded")
    REFUNDED
  }

  /** How its reservation is. */
  public enum Stock {
    @JsonProperty("none")
    NONE,
    @JsonProperty("requested")
    REQUESTED,
    @JsonProperty("reserved")
    RESERVED,
    @JsonProperty("refused")
    REFUSED,
    @JsonProperty("released")
    RELEASED,
    @JsonProperty("taken-out")
    TAKEN_OUT
  }

  /** Whether something of it goes on by itself. */
  public boolean goesOn() {
    return switch (status) {
      case UNKNOWN, PLACED, SHIPPING -> true;
      case READY -> false;
      case SHIPPED -> stock != Stock.TAKEN_OUT;
      case CANCELLED, REFUSED -> stock != Stock.RELEASED;
    };
  }

  /** Whether it is shipped, or has come to nothing. */
  public boolean hasEnded() {
    return switch (status) {
      case UNKNOWN, PLACED, READY, SHIPPING -> false;
      case SHIPPED, CANCELLED, REFUSED -> true;
    };
  }

  private static OrderView of(@Nullable OrderView view, Recorded<?> recorded) {
    return view == null
        ? new OrderView(
            recorded.id(),
            "",
            "",
            List.of(),
            0,
            Status.UNKNOWN,
            "",
            Invoice.NONE,
            Payment.NONE,
            Stock.NONE)
        : view;
  }

  private static Changes<OrderView> order(
      @Nullable OrderView before, Recorded<OrderEvent> recorded) {
    OrderView view = of(before, recorded);
    return switch (recorded.event()) {
      case Placed placed ->
          Changes.to(
              view.placed(placed),
              new Index(OF_CUSTOMER, recorded.id(), placed.customer(), recorded.position()));
      case Ready() -> Changes.to(view.with(Status.READY, ""));
      case ShippingAsked() -> Changes.to(view.with(Status.SHIPPING, ""));
      case Shipped() ->
          Changes.to(
              view.with(Status.SHIPPED, ""),
              new Increase(BEST_CUSTOMERS + view.currency, view.customer, view.cents));
      case Cancelled(var code) -> Changes.to(view.with(Status.CANCELLED, code));
      case Refused(var code) -> Changes.to(view.with(Status.REFUSED, code));
    };
  }

  private static Changes<OrderView> invoice(
      @Nullable OrderView before, Recorded<InvoiceEvent> recorded) {
    OrderView view = of(before, recorded);
    return switch (recorded.event()) {
      case InvoiceEvent.Raised _ -> Changes.to(view.with(Invoice.OPEN));
      case InvoiceEvent.Cancelled() -> Changes.to(view.with(Invoice.CANCELLED));
    };
  }

  private static Changes<OrderView> payment(
      @Nullable OrderView before, Recorded<FulfilmentEvent> recorded) {
    OrderView view = of(before, recorded);
    return switch (recorded.event()) {
      case FulfilmentEvent.AuthorisationRequested _ -> Changes.to(view.with(Payment.REQUESTED));
      case FulfilmentEvent.Authorised _ -> Changes.to(view.with(Payment.AUTHORISED));
      case FulfilmentEvent.Captured _ -> Changes.to(view.with(Payment.CAPTURED));
      case FulfilmentEvent.Voided() -> Changes.to(view.with(Payment.VOIDED));
      case FulfilmentEvent.Refunded() -> Changes.to(view.with(Payment.REFUNDED));
      case FulfilmentEvent.Begun _,
          FulfilmentEvent.StockReserved(),
          FulfilmentEvent.Screened(),
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
          FulfilmentEvent.ReleaseRequested(),
          FulfilmentEvent.StockReleased _,
          FulfilmentEvent.Held _ ->
          Changes.to(view);
    };
  }

  private static Changes<OrderView> stock(
      @Nullable OrderView before, Recorded<ReservationEvent> recorded) {
    OrderView view = of(before, recorded);
    return switch (recorded.event()) {
      case ReservationEvent.Requested _ -> Changes.to(view.with(Stock.REQUESTED));
      case ReservationEvent.StockReserved() -> Changes.to(view.with(Stock.RESERVED));
      case ReservationEvent.StockRefused _ -> Changes.to(view.with(Stock.REFUSED));
      case ReservationEvent.StockReleased() -> Changes.to(view.with(Stock.RELEASED));
      case ReservationEvent.StockTakenOut() -> Changes.to(view.with(Stock.TAKEN_OUT));
      case ReservationEvent.LineReserved _,
          ReservationEvent.LineRefused _,
          ReservationEvent.ReleaseAsked(),
          ReservationEvent.Releasing _,
          ReservationEvent.LineReleased _,
          ReservationEvent.ShippingAsked(),
          ReservationEvent.Shipping _,
          ReservationEvent.LineTakenOut _ ->
          Changes.to(view);
    };
  }

  private OrderView placed(Placed placed) {
    return new OrderView(
        order,
        placed.customer(),
        placed.currency(),
        placed.lines(),
        placed.cents(),
        Status.PLACED,
        code,
        invoice,
        payment,
        stock);
  }

  private OrderView with(Status next, String why) {
    return new OrderView(
        order, customer, currency, items, cents, next, why, invoice, payment, stock);
  }

  private OrderView with(Invoice next) {
    return new OrderView(
        order, customer, currency, items, cents, status, code, next, payment, stock);
  }

  private OrderView with(Payment next) {
    return new OrderView(
        order, customer, currency, items, cents, status, code, invoice, next, stock);
  }

  private OrderView with(Stock next) {
    return new OrderView(
        order, customer, currency, items, cents, status, code, invoice, payment, next);
  }
}
