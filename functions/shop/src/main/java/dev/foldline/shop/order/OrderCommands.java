package dev.foldline.shop.order;

import dev.foldline.core.Receipt;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.shop.order.OrderCommand.AskToShip;
import dev.foldline.shop.order.OrderCommand.Cancel;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;

/** What people may do with an order that was placed. */
public class OrderCommands {

  private final CommandHandler commands;

  OrderCommands(CommandHandler commands) {
    this.commands = commands;
  }

  /** Has an order come to nothing, unless it is shipped. */
  @Funq("cancel-order")
  public Uni<Receipt> cancel(Cancel command) {
    return commands.handle(Order.DECIDER, command);
  }

  /** Has an order paid and shipped that is ready. */
  @Funq("ship-order")
  public Uni<Receipt> ship(AskToShip command) {
    return commands.handle(Order.DECIDER, command);
  }
}
