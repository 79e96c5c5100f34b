package dev.foldline.bank;

import dev.foldline.bank.AccountCommand.Close;
import dev.foldline.core.Receipt;
import dev.foldline.eventstoredb.CommandHandler;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;

/** Closes an account and pays out what is left. */
public class CloseAccountFunction {

  private final CommandHandler handler;

  CloseAccountFunction(CommandHandler handler) {
    this.handler = handler;
  }

  @Funq("close-account")
  public Uni<Receipt> close(Close command) {
    return handler.handle(Account.DECIDER, command.account(), command);
  }
}
