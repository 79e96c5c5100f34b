package dev.foldline.bank;

import dev.foldline.bank.AccountCommand.Close;
import dev.foldline.bank.AccountCommand.Deposit;
import dev.foldline.bank.AccountCommand.Open;
import dev.foldline.bank.AccountCommand.Withdraw;
import dev.foldline.core.Receipt;
import dev.foldline.eventstoredb.commands.CommandHandler;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;

/** What may be done to an account. */
public class AccountCommands {

  private final CommandHandler commands;

  AccountCommands(CommandHandler commands) {
    this.commands = commands;
  }

  @Funq("open-account")
  public Uni<Receipt> open(Open command) {
    return commands.handle(Account.DECIDER, command);
  }

  /** Puts money in. */
  @Funq("deposit")
  public Uni<Receipt> deposit(Deposit command) {
    return commands.handle(Account.DECIDER, command);
  }

  /** Takes money out, if it is there. */
  @Funq("withdraw")
  public Uni<Receipt> withdraw(Withdraw command) {
    return commands.handle(Account.DECIDER, command);
  }

  /** Closes an account and pays out what is left. */
  @Funq("close-account")
  public Uni<Receipt> close(Close command) {
    return commands.handle(Account.DECIDER, command);
  }
}
