package dev.foldline.bank;

import dev.foldline.bank.AccountCommand.Close;
import dev.foldline.bank.AccountCommand.Deposit;
import dev.foldline.bank.AccountCommand.Open;
import dev.foldline.bank.AccountCommand.Withdraw;
import dev.foldline.core.Caller;
import dev.foldline.core.Receipt;
import dev.foldline.eventstoredb.commands.CommandHandler;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import java.util.function.Supplier;

/** What may be done to an account. */
public class AccountCommands {

  private final CommandHandler commands;
  private final Supplier<Caller> caller;

  AccountCommands(CommandHandler commands, Supplier<Caller> caller) {
    this.commands = commands;
    this.caller = caller;
  }

  /** What is asked for: who asks is found out. */
  public record OpenAccount(@Id String account, @Owner String owner) {

    Open by(Caller caller) {
      return new Open(account, owner, caller.subject());
    }
  }

  /** Opens an account, which its caller holds. */
  @Funq("open-account")
  public Uni<Receipt> open(OpenAccount command) {
    return commands.handle(Account.DECIDER, command.by(caller.get()));
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
