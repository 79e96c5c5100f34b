package dev.foldline.bank;

import dev.foldline.bank.AccountCommand.Withdraw;
import dev.foldline.core.Receipt;
import dev.foldline.eventstoredb.CommandHandler;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;

/** Takes money out, if it is there. */
public class WithdrawFunction {

  private final CommandHandler handler;

  WithdrawFunction(CommandHandler handler) {
    this.handler = handler;
  }

  @Funq("withdraw")
  public Uni<Receipt> withdraw(Withdraw command) {
    return handler.handle(Account.DECIDER, command.account(), command);
  }
}
