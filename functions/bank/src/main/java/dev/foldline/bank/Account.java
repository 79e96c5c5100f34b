package dev.foldline.bank;

import static dev.foldline.bank.AccountEvent.ACCOUNTS;

import dev.foldline.bank.AccountCommand.Close;
import dev.foldline.bank.AccountCommand.Deposit;
import dev.foldline.bank.AccountCommand.Open;
import dev.foldline.bank.AccountCommand.Withdraw;
import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.core.Decider;
import dev.foldline.core.Refused;
import java.util.List;

/** An account as its decisions see it. Money is whole cents. */
public sealed interface Account {

  Decider<AccountCommand, Account, AccountEvent> DECIDER =
      new Decider<>(
          ACCOUNTS, AccountCommand::account, new Unopened(), Account::decide, Account::evolve);

  record Unopened() implements Account {}

  record Active(long balance) implements Account {}

  record Ended() implements Account {}

  private static List<AccountEvent> decide(AccountCommand command, Account account) {
    return switch (account) {
      case Unopened() ->
          switch (command) {
            case Open(_, var owner) -> List.of(new Opened(owner));
            case Deposit _, Withdraw _, Close _ -> throw new Refused("account-not-open");
          };
      case Active(var balance) ->
          switch (command) {
            case Open _ -> throw new Refused("account-already-open");
            case Deposit(_, var cents) -> {
              if (balance > Long.MAX_VALUE - cents) {
                throw new Refused("balance-too-large");
              }
              yield List.of(new Deposited(cents));
            }
            case Withdraw(_, var cents) -> {
              if (cents > balance) {
                throw new Refused("insufficient-funds");
              }
              yield List.of(new Withdrawn(cents));
            }
            case Close _ -> balance == 0 ? List.of(new Closed()) : payOut(balance);
          };
      case Ended() -> throw new Refused("account-closed");
    };
  }

  /** No money stays behind in an account that is closed. */
  private static List<AccountEvent> payOut(long balance) {
    return List.of(new Withdrawn(balance), new Closed());
  }

  private static Account evolve(Account account, AccountEvent event) {
    return switch (event) {
      case Opened _ -> new Active(0);
      case Deposited(var cents) -> new Active(balance(account) + cents);
      case Withdrawn(var cents) -> new Active(balance(account) - cents);
      case Closed() -> new Ended();
    };
  }

  private static long balance(Account account) {
    return switch (account) {
      case Active(var balance) -> balance;
      case Unopened(), Ended() -> 0;
    };
  }
}
