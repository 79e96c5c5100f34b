package dev.foldline.bank;

import static dev.foldline.bank.AccountEvent.ACCOUNTS;

import dev.foldline.bank.AccountCommand.Close;
import dev.foldline.bank.AccountCommand.Deposit;
import dev.foldline.bank.AccountCommand.Open;
import dev.foldline.bank.AccountCommand.TransferIn;
import dev.foldline.bank.AccountCommand.TransferOut;
import dev.foldline.bank.AccountCommand.Withdraw;
import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.TransferredIn;
import dev.foldline.bank.AccountEvent.TransferredOut;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.core.Caller;
import dev.foldline.core.Decider;
import dev.foldline.core.Refused;
import java.util.List;

/** An account as its decisions see it. Money is whole cents. */
public sealed interface Account {

  Decider<AccountCommand, Account, AccountEvent> DECIDER =
      new Decider<>(
              ACCOUNTS, AccountCommand::account, new Unopened(), Account::decide, Account::evolve)
          .guardedBy(Account::may);

  record Unopened() implements Account {}

  /**
   * Money moves.
   *
   * @param holder empty where nobody found out who opened it
   */
  record Active(String holder, long balance) implements Account {

    private List<AccountEvent> decide(AccountCommand command) {
      return switch (command) {
        case Open _ -> throw new Refused("account-already-open");
        case Deposit(_, var cents) -> {
          checkRoomFor(cents);
          yield List.of(new Deposited(cents));
        }
        case Withdraw(_, var cents) -> {
          checkCovers(cents);
          yield List.of(new Withdrawn(cents));
        }
        case TransferOut(_, var transfer, var cents, var by, var teller) -> {
          if (!holder.isEmpty() && !holder.equals(by) && !teller) {
            throw new Refused("not-owner");
          }
          checkCovers(cents);
          yield List.of(new TransferredOut(cents, transfer));
        }
        case TransferIn(_, var transfer, var cents) -> {
          checkRoomFor(cents);
          yield List.of(new TransferredIn(cents, transfer));
        }
        case Close _ -> balance == 0 ? List.of(new Closed()) : payOut(balance);
      };
    }

    private void checkRoomFor(long cents) {
      if (balance > Long.MAX_VALUE - cents) {
        throw new Refused("balance-too-large");
      }
    }

    private void checkCovers(long cents) {
      if (cents > balance) {
        throw new Refused("insufficient-funds");
      }
    }

    private Active plus(long cents) {
      return new Active(holder, balance + cents);
    }
  }

  record Ended(String holder) implements Account {}

  private static boolean may(Caller caller, AccountCommand command, Account account) {
    return switch (account) {
      case Unopened() -> !(command instanceof Open(_, _, var holder)) || isOwn(caller, holder);
      case Active(var holder, _) -> Access.isFor(caller, holder);
      case Ended(var holder) -> Access.isFor(caller, holder);
    };
  }

  private static boolean isOwn(Caller caller, String holder) {
    return caller.subject().equals(holder);
  }

  private static List<AccountEvent> decide(AccountCommand command, Account account) {
    return switch (account) {
      case Unopened() ->
          switch (command) {
            case Open(_, var owner, var holder) -> List.of(new Opened(owner, holder));
            case Deposit _, Withdraw _, TransferOut _, TransferIn _, Close _ ->
                throw new Refused("account-not-open");
          };
      case Active active -> active.decide(command);
      case Ended _ -> throw new Refused("account-closed");
    };
  }

  /** No money stays behind in an account that is closed. */
  private static List<AccountEvent> payOut(long balance) {
    return List.of(new Withdrawn(balance), new Closed());
  }

  private static Account evolve(Account account, AccountEvent event) {
    return switch (event) {
      case Opened(_, var holder) -> new Active(holder, 0);
      case Deposited(var cents) -> active(account).plus(cents);
      case Withdrawn(var cents) -> active(account).plus(-cents);
      case TransferredOut(var cents, _) -> active(account).plus(-cents);
      case TransferredIn(var cents, _) -> active(account).plus(cents);
      case Closed() -> new Ended(active(account).holder());
    };
  }

  private static Active active(Account account) {
    return switch (account) {
      case Active active -> active;
      case Unopened _, Ended _ -> throw new IllegalStateException("no money moves in " + account);
    };
  }
}
