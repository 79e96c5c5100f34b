package dev.foldline.shop.warehouse;

import dev.foldline.core.Category;
import dev.foldline.core.Stored;
import java.util.List;

/** What happens to an order's reservation. These shapes and names are stored for ever. */
public sealed interface ReservationEvent {

  Category<ReservationEvent> RESERVATIONS = Category.of("reservation", ReservationEvent.class);

  /** So many of an item. */
  record Line(String item, long quantity) {}

  /** Each line is to be reserved. */
  @Stored("reservation-requested")
  record Requested(List<Line> lines) implements ReservationEvent {}

  @Stored("reservation-line-reserved")
  record LineReserved(String item) implements ReservationEvent {}

  @Stored("reservation-line-refused")
  record LineRefused(String item, String code) implements ReservationEvent {}

  /** Announces that all of it is reserved. */
  @Stored("stock-reserved")
  record StockReserved() implements ReservationEvent {}

  /** Announces that a line of it is not; what was reserved stays so until it is released. */
  @Stored("stock-refused")
  record StockRefused(String item, String code) implements ReservationEvent {}

  /** What is reserved is to be released, once it is known what that is. */
  @Stored("reservation-release-asked")
  record ReleaseAsked() implements ReservationEvent {}

  /** What is reserved of these is to be released. */
  @Stored("reservation-releasing")
  record Releasing(List<String> items) implements ReservationEvent {}

  @Stored("reservation-line-released")
  record LineReleased(String item) implements ReservationEvent {}

  /** Announces that nothing is reserved, and nothing will be. */
  @Stored("stock-released")
  record StockReleased() implements ReservationEvent {}

  /** What is reserved is to be taken out, once it is known what that is. */
  @Stored("reservation-shipping-asked")
  record ShippingAsked() implements ReservationEvent {}

  /** What is reserved of these is to be taken out. */
  @Stored("reservation-shipping")
  record Shipping(List<String> items) implements ReservationEvent {}

  @Stored("reservation-line-taken-out")
  record LineTakenOut(String item) implements ReservationEvent {}

  /** Announces that all of it was taken out. */
  @Stored("stock-taken-out")
  record StockTakenOut() implements ReservationEvent {}
}
