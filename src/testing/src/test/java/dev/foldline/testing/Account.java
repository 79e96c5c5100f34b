package dev.foldline.testing;

import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Refused;
import dev.foldline.core.Stored;
import java.util.List;

/** An account that money is transferred from and to. What it holds is whole cents. */
record Account(boolean open, long balance) {

  sealed interface Event {

    @Stored("account-opened")
    record Opened(String owner) implements Event {}

    @Stored("account-deposited")
    record Deposited(long cents) implements Event {}

    @Stored("account-transferred-out")
    record TransferredOut(long cents, String transfer) implements Event {}

    @Stored("account-transferred-in")
    record TransferredIn(long cents, String transfer) implements Event {}
  }

  sealed interface Command {

    String account();

    record Open(String account, String owner) implements Command {}

    record Deposit(String account, long cents) implements Command {}

    record TransferOut(String account, String transfer, long cents) implements Command {}

    record TransferIn(String account, String transfer, long cents) implements Command {}
  }

  static final Category<Event> ACCOUNTS = Category.of("account", Event.class);

  static final Decider<Command, Account, Event> DECIDER =
      new Decider<>(
          ACCOUNTS, Command::account, new Account(false, 0), Account::decide, Account::evolve);

  private static List<Event> decide(Command command, Account account) {
    if (!(command instanceof Command.Open) && !account.open()) {
      throw new Refused("account-not-open");
    }
    return switch (command) {
      case Command.Open(_, var owner) ->
          account.open() ? List.of() : List.of(new Event.Opened(owner));
      case Command.Deposit(_, var cents) -> List.of(new Event.Deposited(cents));
      case Command.TransferOut(_, var transfer, var cents) -> {
        if (cents > account.balance()) {
          throw new Refused("insufficient-funds");
        }
        yield List.of(new Event.TransferredOut(cents, transfer));
      }
      case Command.TransferIn(_, var transfer, var cents) ->
          List.of(new Event.TransferredIn(cents, transfer));
    };
  }

  private static Account evolve(Account account, Event event) {
    return switch (event) {
      case Event.Opened _ -> new Account(true, 0);
      case Event.Deposited(var cents) -> account.plus(cents);
      case Event.TransferredOut(var cents, _) -> account.plus(-cents);
      case Event.TransferredIn(var cents, _) -> account.plus(cents);
    };
  }

  private Account plus(long cents) {
    return new Account(open, balance + cents);
  }
}
