package dev.foldline.shop.fulfilment;

import dev.foldline.core.Begun;
import dev.foldline.core.Invalid;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.quarkus.http.Query;
import dev.foldline.quarkus.processes.Processes;
import dev.foldline.reactions.ProcessProgress;
import dev.foldline.shop.Cents;
import dev.foldline.shop.Currency;
import dev.foldline.shop.Id;
import dev.foldline.shop.Quantity;
import dev.foldline.shop.fulfilment.FulfilmentCommand.RetryUndo;
import dev.foldline.shop.order.Order;
import dev.foldline.shop.order.OrderCommand.Place;
import dev.foldline.shop.order.OrderEvent.Line;
import dev.foldline.shop.order.OrderEvent.Placed;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Orders, from their placing to their end. */
public class FulfilmentFunctions {

  private final CommandHandler commands;
  private final Processes processes;
  private final Duration authoriseWithin;

  FulfilmentFunctions(
      CommandHandler commands,
      Processes processes,
      @ConfigProperty(name = "shop.authorise-within", defaultValue = "15m")
          Duration authoriseWithin) {
    this.commands = commands;
    this.processes = processes;
    this.authoriseWithin = authoriseWithin;
  }

  /** What is ordered. */
  public record PlaceOrder(
      @Id String order,
      @Id String customer,
      @Currency String currency,
      @NotNull(message = "must be given")
          @Size(min = 1, max = 100, message = "must be 1 to 100 lines")
          List<@NotNull(message = "must be given") @Valid OrderLine> items) {

    Place within(Duration authoriseWithin) {
      List<Line> lines =
          items.stream().map(line -> new Line(line.item(), line.quantity(), line.cents())).toList();
      if (lines.stream().map(Line::item).distinct().count() < lines.size()) {
        throw new Invalid("items", "items must hold each item once");
      }
      return new Place(order, new Placed(customer, currency, lines, authoriseWithin));
    }
  }

  /**
   * So many of an item.
   *
   * @param cents the price of one
   */
  public record OrderLine(@Id String item, @Quantity long quantity, @Cents long cents) {}

  /** Places an order, which is reserved, screened and authorised until it can be shipped. */
  @Funq("place-order")
  public Uni<Begun> place(PlaceOrder command) {
    return commands
        .handle(Order.DECIDER, command.within(authoriseWithin))
        .map(receipt -> Begun.of(Fulfilment.DECIDER, command.order()).by(receipt));
  }

  /** Has once more undone what could not be. */
  @Funq("retry-undo")
  public Uni<Begun> retryUndo(RetryUndo command) {
    return commands.handle(Fulfilment.DECIDER, command).map(Begun::of);
  }

  /** Which order's fulfilment is asked for. */
  public record FulfilmentQuery(@Id String fulfilment) {}

  /** How far the fulfilment of an order is. */
  @Funq("fulfilment")
  @Query
  public Uni<ProcessProgress> fulfilment(FulfilmentQuery query) {
    return processes.progress(Fulfilment.DECIDER, query.fulfilment());
  }
}
