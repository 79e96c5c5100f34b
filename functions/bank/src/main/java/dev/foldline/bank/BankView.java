package dev.foldline.bank;

import static dev.foldline.bank.AccountEvent.ACCOUNTS;

import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.TransferredIn;
import dev.foldline.bank.AccountEvent.TransferredOut;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.core.Change.Add;
import dev.foldline.core.Change.Rank;
import dev.foldline.core.Change.Unrank;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import org.jspecify.annotations.Nullable;

/** The bank as a whole: the totals and the ranking of its accounts. */
final class BankView {

  static final String TOTALS = "bank-totals";
  static final String LARGEST = "largest-accounts";

  static final Projection<State> PROJECTION =
      Projection.of("bank-view", 1, State.class).on(ACCOUNTS, BankView::project);

  /**
   * What is kept of each account, to know its next place in the ranking.
   *
   * @param balance in cents
   */
  public record State(long balance) {}

  private BankView() {}

  private static Changes<State> project(@Nullable State state, Recorded<AccountEvent> recorded) {
    long balance = state == null ? 0 : state.balance();
    String account = recorded.id();
    return switch (recorded.event()) {
      case Opened _ ->
          Changes.to(new State(0), new Add(TOTALS, "accounts", 1), new Rank(LARGEST, account, 0));
      case Deposited(var cents) ->
          Changes.to(
              new State(balance + cents),
              new Add(TOTALS, "balance", cents),
              new Add(TOTALS, "deposited", cents),
              new Rank(LARGEST, account, balance + cents));
      case Withdrawn(var cents) ->
          Changes.to(
              new State(balance - cents),
              new Add(TOTALS, "balance", -cents),
              new Add(TOTALS, "withdrawn", cents),
              new Rank(LARGEST, account, balance - cents));
      case TransferredOut(var cents, _) -> moved(account, balance, -cents);
      case TransferredIn(var cents, _) -> moved(account, balance, cents);
      case Closed() ->
          Changes.to(
              new State(balance), new Add(TOTALS, "closed", 1), new Unrank(LARGEST, account));
    };
  }

  private static Changes<State> moved(String account, long balance, long cents) {
    return Changes.to(
        new State(balance + cents),
        new Add(TOTALS, "balance", cents),
        new Rank(LARGEST, account, balance + cents));
  }
}
