package dev.foldline.bank;

import static dev.foldline.bank.BankView.LARGEST;
import static dev.foldline.bank.BankView.TOTALS;
import static dev.foldline.testing.GivenProjection.ID;
import static dev.foldline.testing.GivenProjection.given;

import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.bank.BankView.State;
import dev.foldline.core.Change.Add;
import dev.foldline.core.Change.Rank;
import dev.foldline.core.Change.Unrank;
import dev.foldline.testing.GivenProjection;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The view of the bank")
class BankViewTest {

  private static final Opened OPENED = new Opened("Ada", "");

  private static GivenProjection<State> view(AccountEvent... events) {
    return given(BankView.PROJECTION, (Object[]) events);
  }

  @Test
  void counts_and_ranks_an_account_from_its_opening_on() {
    view()
        .when(OPENED)
        .then(new State(0), new Add(TOTALS, "accounts", 1), new Rank(LARGEST, ID, 0));
  }

  @Test
  void adds_up_what_is_put_in() {
    view(OPENED, new Deposited(100))
        .when(new Deposited(20))
        .then(
            new State(120),
            new Add(TOTALS, "balance", 20),
            new Add(TOTALS, "deposited", 20),
            new Rank(LARGEST, ID, 120));
  }

  @Test
  void adds_up_what_is_taken_out() {
    view(OPENED, new Deposited(100))
        .when(new Withdrawn(30))
        .then(
            new State(70),
            new Add(TOTALS, "balance", -30),
            new Add(TOTALS, "withdrawn", 30),
            new Rank(LARGEST, ID, 70));
  }

  @Test
  void ranks_no_account_that_is_closed() {
    view(OPENED)
        .when(new Closed())
        .then(new State(0), new Add(TOTALS, "closed", 1), new Unrank(LARGEST, ID));
  }
}
