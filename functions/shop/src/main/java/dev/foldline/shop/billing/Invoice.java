package dev.foldline.shop.billing;

import static dev.foldline.core.Effect.send;
import static dev.foldline.shop.billing.InvoiceEvent.INVOICES;

import dev.foldline.core.Decider;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.shop.billing.InvoiceEvent.Cancelled;
import dev.foldline.shop.billing.InvoiceEvent.Raised;
import dev.foldline.shop.order.OrderEvent;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.shop.order.OrderEvent.Ready;
import dev.foldline.shop.order.OrderEvent.Refused;
import dev.foldline.shop.order.OrderEvent.Shipped;
import dev.foldline.shop.order.OrderEvent.ShippingAsked;
import java.util.List;

/** The invoice of an order: raised when that is placed, cancelled when that comes to nothing. */
public record Invoice(Status status) {

  /** Whether there is something to pay. */
  public enum Status {
    NONE,
    OPEN,
    CANCELLED
  }

  /** What is asked of an invoice. */
  public sealed interface Command {

    String order();
  }

  public record Raise(String order, Raised raised) implements Command {}

  public record Cancel(String order) implements Command {}

  public static final Decider<Command, Invoice, InvoiceEvent> DECIDER =
      new Decider<>(
          INVOICES,
          Command::order,
          new Invoice(Status.NONE),
          (command, invoice) -> invoice.decide(command),
          Invoice::evolve);

  public static final Reaction<OrderEvent> BILLING =
      Reaction.of("billing", OrderEvent.ORDERS, Invoice::effects).fromStart();

  private List<InvoiceEvent> decide(Command command) {
    return switch (command) {
      case Raise(_, var raised) -> status == Status.NONE ? List.of(raised) : List.of();
      case Cancel _ -> status == Status.CANCELLED ? List.of() : List.of(new Cancelled());
    };
  }

  private static Invoice evolve(Invoice invoice, InvoiceEvent event) {
    return switch (event) {
      case Raised _ -> new Invoice(Status.OPEN);
      case Cancelled() -> new Invoice(Status.CANCELLED);
    };
  }

  private static List<Effect> effects(Recorded<OrderEvent> recorded) {
    String order = recorded.id();
    return switch (recorded.event()) {
      case Placed placed -> List.of(send("raise", DECIDER, new Raise(order, invoiced(placed))));
      case OrderEvent.Cancelled _, Refused _ -> List.of(send("cancel", DECIDER, new Cancel(order)));
      case Ready(), ShippingAsked(), Shipped() -> List.of();
    };
  }

  private static Raised invoiced(Placed placed) {
    return new Raised(placed.customer(), placed.currency(), placed.cents());
  }
}
