package dev.foldline.shop.inventory;

import dev.foldline.core.Receipt;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.shop.inventory.ItemCommand.Add;
import dev.foldline.shop.inventory.ItemCommand.Receive;
import dev.foldline.shop.inventory.ItemCommand.Remove;
import dev.foldline.shop.inventory.ItemCommand.Rename;
import dev.foldline.shop.inventory.ItemCommand.Retire;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;

/** What people may do to an item. */
public class ItemCommands {

  private final CommandHandler commands;

  ItemCommands(CommandHandler commands) {
    this.commands = commands;
  }

  @Funq("add-item")
  public Uni<Receipt> add(Add command) {
    return commands.handle(Item.DECIDER, command);
  }

  @Funq("rename-item")
  public Uni<Receipt> rename(Rename command) {
    return commands.handle(Item.DECIDER, command);
  }

  @Funq("receive-stock")
  public Uni<Receipt> receive(Receive command) {
    return commands.handle(Item.DECIDER, command);
  }

  /** Takes away what is not reserved. */
  @Funq("remove-stock")
  public Uni<Receipt> remove(Remove command) {
    return commands.handle(Item.DECIDER, command);
  }

  /** Sells an item no more. */
  @Funq("retire-item")
  public Uni<Receipt> retire(Retire command) {
    return commands.handle(Item.DECIDER, command);
  }
}
