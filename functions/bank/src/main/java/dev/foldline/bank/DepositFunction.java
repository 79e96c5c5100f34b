package dev.foldline.bank;

import dev.foldline.bank.AccountCommand.Deposit;
import dev.foldline.core.Receipt;
import dev.foldline.eventstoredb.CommandHandler;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;

/** Puts money in. */
public class DepositFunction {

  private final CommandHandler handler;

  DepositFunction(CommandHandler handler) {
    this.handler = handler;
  }

  @Funq("deposit")
  public Uni<Receipt> deposit(Deposit command) {
    return handler.handle(Account.DECIDER, command.account(), command);
  }
}
