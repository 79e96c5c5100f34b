package dev.foldline.bank;

import static dev.foldline.testing.Given.given;

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
import dev.foldline.testing.Given;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An account")
class AccountTest {

  private static final Opened OPENED = new Opened("Ada", "");
  private static final Opened ADAS = new Opened("Ada", "ada");

  private static Given<AccountCommand, AccountEvent> account(AccountEvent... events) {
    return given(Account.DECIDER, events);
  }

  @Test
  void is_opened_for_its_owner() {
    account().when(new Open("a-1", "Ada", "")).then(new Opened("Ada", ""));
  }

  @Test
  void is_opened_only_once() {
    account(OPENED).when(new Open("a-1", "Bob", "")).thenRefused("account-already-open");
  }

  @Test
  void takes_deposits() {
    account(OPENED).when(new Deposit("a-1", 1000)).then(new Deposited(1000));
  }

  @Test
  void pays_out_what_it_holds() {
    account(OPENED, new Deposited(1000)).when(new Withdraw("a-1", 1000)).then(new Withdrawn(1000));
  }

  @Test
  void never_pays_out_more_than_it_holds() {
    account(OPENED, new Deposited(1000), new Withdrawn(1))
        .when(new Withdraw("a-1", 1000))
        .thenRefused("insufficient-funds");
  }

  @Test
  void refuses_a_deposit_that_would_overflow_its_balance() {
    account(OPENED, new Deposited(Long.MAX_VALUE))
        .when(new Deposit("a-1", 1))
        .thenRefused("balance-too-large");
  }

  @Test
  void takes_a_deposit_up_to_the_largest_balance() {
    account(OPENED, new Deposited(Long.MAX_VALUE - 1))
        .when(new Deposit("a-1", 1))
        .then(new Deposited(1));
  }

  @Test
  void does_nothing_before_it_is_open() {
    account().when(new Deposit("a-1", 1)).thenRefused("account-not-open");
    account().when(new Withdraw("a-1", 1)).thenRefused("account-not-open");
    account().when(new Close("a-1")).thenRefused("account-not-open");
  }

  @Test
  void is_closed() {
    account(OPENED).when(new Close("a-1")).then(new Closed());
  }

  @Test
  void pays_out_what_is_left_when_it_is_closed() {
    account(OPENED, new Deposited(750))
        .when(new Close("a-1"))
        .then(new Withdrawn(750), new Closed());
  }

  @Test
  void does_nothing_after_it_was_closed() {
    account(OPENED, new Closed()).when(new Open("a-1", "Ada", "")).thenRefused("account-closed");
    account(OPENED, new Closed()).when(new Deposit("a-1", 1)).thenRefused("account-closed");
    account(OPENED, new Closed()).when(new Withdraw("a-1", 1)).thenRefused("account-closed");
    account(OPENED, new Closed()).when(new Close("a-1")).thenRefused("account-closed");
  }

  @Test
  void is_held_by_who_opens_it() {
    account().as("ada").when(new Open("a-1", "Ada", "ada")).then(ADAS);
    account().as("ada").when(new Open("a-1", "Bea", "bea")).thenForbidden();
    account().when(new Open("a-1", "Ada", "ada")).thenForbidden();
  }

  @Test
  void is_moved_by_its_holder_and_tellers() {
    account(ADAS).as("ada").when(new Deposit("a-1", 1)).then(new Deposited(1));
    account(ADAS).as("bea").when(new Deposit("a-1", 1)).thenForbidden();
    account(ADAS).when(new Deposit("a-1", 1)).thenForbidden();
    account(ADAS).as("tess", "teller").when(new Close("a-1")).then(new Closed());
    account(ADAS, new Closed()).as("ada").when(new Close("a-1")).thenRefused("account-closed");
    account(ADAS, new Closed()).as("bea").when(new Close("a-1")).thenForbidden();
  }

  @Test
  void is_anyones_where_nobody_is_known_to_hold_it() {
    account(OPENED).when(new Deposit("a-1", 1)).then(new Deposited(1));
    account(OPENED).as("bea").when(new Deposit("a-1", 1)).then(new Deposited(1));
  }

  @Test
  void gives_money_to_a_transfer_of_its_holder_or_a_teller_and_takes_it_from_any() {
    account(ADAS, new Deposited(1000))
        .as("ada")
        .when(new TransferOut("a-1", "t-1", 400, "ada", false))
        .then(new TransferredOut(400, "t-1"));
    account(ADAS, new Deposited(1000))
        .as("ada")
        .when(new TransferOut("a-1", "t-1", 400, "bea", false))
        .thenRefused("not-owner");
    account(ADAS, new Deposited(1000))
        .as("ada")
        .when(new TransferOut("a-1", "t-1", 400, "", false))
        .thenRefused("not-owner");
    account(ADAS, new Deposited(1000))
        .as("ada")
        .when(new TransferOut("a-1", "t-1", 400, "tess", true))
        .then(new TransferredOut(400, "t-1"));
    account(OPENED, new Deposited(1000), new TransferredOut(400, "t-1"))
        .when(new TransferOut("a-1", "t-2", 601, "", false))
        .thenRefused("insufficient-funds");
    account(OPENED, new TransferredIn(400, "t-1"))
        .when(new Withdraw("a-1", 400))
        .then(new Withdrawn(400));
    account(OPENED, new Deposited(Long.MAX_VALUE))
        .when(new TransferIn("a-1", "t-1", 1))
        .thenRefused("balance-too-large");
    account().when(new TransferIn("a-1", "t-1", 1)).thenRefused("account-not-open");
  }
}
