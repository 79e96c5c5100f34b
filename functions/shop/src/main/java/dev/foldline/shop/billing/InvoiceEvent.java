package dev.foldline.shop.billing;

import dev.foldline.core.Category;
import dev.foldline.core.Stored;

/** What happens to an order's invoice. These shapes and names are stored for ever. */
public sealed interface InvoiceEvent {

  Category<InvoiceEvent> INVOICES = Category.of("invoice", InvoiceEvent.class);

  @Stored("invoice-raised")
  record Raised(String customer, String currency, long cents) implements InvoiceEvent {}

  /** Nothing is to be paid, also where it is to be raised later. */
  @Stored("invoice-cancelled")
  record Cancelled() implements InvoiceEvent {}
}
