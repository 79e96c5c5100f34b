package dev.foldline.bank;

import static dev.foldline.bank.AccountEvent.ACCOUNTS;

import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.core.Change.Add;
import dev.foldline.core.Change.Rank;
import dev.foldline.core.Change.Unrank;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import org.jspecify.annotations.Nullable;

/**
 * The bank as a whole: the totals and the ranking of its accounts.
 *
 * @param balance of the one account that a stream is, in cents
 */
public record BankView(long balance) {

  static final String TOTALS = "bank-totals";
  static final String LARGEST = "largest-accounts";

  static final Projection<BankView> PROJECTION =
      Projection.of("bank-view", 1, BankView.class).on(ACCOUNTS, BankView::project);

  private static Changes<BankView> project(
      @Nullable BankView view, Recorded<AccountEvent> recorded) {
    long balance = view == null ? 0 : view.balance();
    String account = recorded.id();
    return switch (recorded.event()) {
      case Opened _ ->
          Changes.to(
              new BankView(0), new Add(TOTALS, "accounts", 1), new Rank(LARGEST, account, 0));
      case Deposited(var cents) ->
          Changes.to(
              new BankView(balance + cents),
              new Add(TOTALS, "balance", cents),
              new Add(TOTALS, "deposited", cents),
              new Rank(LARGEST, account, balance + cents));
      case Withdrawn(var cents) ->
          Changes.to(
              new BankView(balance - cents),
              new Add(TOTALS, "balance", -cents),
              new Add(TOTALS, "withdrawn", cents),
              new Rank(LARGEST, account, balance - cents));
      case Closed() ->
          Changes.to(
              new BankView(balance), new Add(TOTALS, "closed", 1), new Unrank(LARGEST, account));
    };
  }
}
