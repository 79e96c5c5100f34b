package dev.foldline.shop.order;

import dev.foldline.core.Category;
import dev.foldline.core.Stored;
import dev.foldline.core.Upcaster;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What happens to an order. These shapes and names are stored for ever. */
public sealed interface OrderEvent {

  Category<OrderEvent> ORDERS =
      Category.of(
          "order", OrderEvent.class, Upcaster.toNext("order-placed", OrderEvent::withCurrency));

  /** What was ordered before there were currencies was paid in euros. */
  private static Map<String, Object> withCurrency(Map<String, Object> placed) {
    placed.put("currency", "EUR");
    return placed;
  }

  /**
   * It was placed.
   *
   * @param authoriseWithin how long its payment may take to be authorised
   */
  @Stored("order-placed.v2")
  record Placed(String customer, String currency, List<Line> lines, Duration authoriseWithin)
      implements OrderEvent {

    /** What it costs. */
    public long cents() {
      return lines.stream().mapToLong(line -> line.quantity() * line.cents()).sum();
    }
  }

  /**
   * So many of an item.
   *
   * @param cents the price of one
   */
  record Line(String item, long quantity, long cents) {}

  /** Its stock is reserved, and its payment authorised. */
  @Stored("order-ready")
  record Ready() implements OrderEvent {}

  /** It is to be shipped. */
  @Stored("order-shipping-asked")
  record ShippingAsked() implements OrderEvent {}

  /** It is on its way. */
  @Stored("order-shipped")
  record Shipped() implements OrderEvent {}

  /**
   * It comes to nothing, as somebody wishes, or as its time is over.
   *
   * @param code why
   */
  @Stored("order-cancelled")
  record Cancelled(String code) implements OrderEvent {}

  /**
   * It comes to nothing, as the shop can't do it.
   *
   * @param code why
   */
  @Stored("order-refused")
  record Refused(String code) implements OrderEvent {}
}
