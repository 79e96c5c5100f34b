package dev.foldline.bank;

import static dev.foldline.bank.Money.TOTALS;
import static dev.foldline.testing.GivenProjection.given;

import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.TransferredIn;
import dev.foldline.bank.AccountEvent.TransferredOut;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.bank.Money.Nothing;
import dev.foldline.core.Change;
import dev.foldline.core.Change.Add;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The money that there is")
class MoneyTest {

  private static void changes(AccountEvent event, Change... expected) {
    given(Money.PROJECTION, new Opened("Ada", "")).when(event).then(new Nothing(), expected);
  }

  @Test
  void is_in_accounts_and_in_flight_and_was_paid_in_and_out() {
    changes(new Deposited(5), new Add(TOTALS, "balances", 5), new Add(TOTALS, "paidIn", 5));
    changes(new Withdrawn(5), new Add(TOTALS, "balances", -5), new Add(TOTALS, "paidOut", 5));
    changes(
        new TransferredOut(5, "t"),
        new Add(TOTALS, "balances", -5),
        new Add(TOTALS, "inFlight", 5));
    changes(
        new TransferredIn(5, "t"), new Add(TOTALS, "balances", 5), new Add(TOTALS, "inFlight", -5));
  }
}
