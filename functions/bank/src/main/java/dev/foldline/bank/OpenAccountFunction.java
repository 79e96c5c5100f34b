package dev.foldline.bank;

import dev.foldline.bank.AccountCommand.Open;
import dev.foldline.core.Receipt;
import dev.foldline.eventstoredb.CommandHandler;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;

/** Opens an account. */
public class OpenAccountFunction {

  private final CommandHandler handler;

  OpenAccountFunction(CommandHandler handler) {
    this.handler = handler;
  }

  @Funq("open-account")
  public Uni<Receipt> open(Open command) {
    return handler.handle(Account.DECIDER, command.account(), command);
  }
}
