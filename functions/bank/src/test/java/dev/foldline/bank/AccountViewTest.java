package dev.foldline.bank;

import static dev.foldline.bank.AccountView.Status.CLOSED;
import static dev.foldline.bank.AccountView.Status.OPEN;
import static dev.foldline.testing.GivenProjection.ID;
import static dev.foldline.testing.GivenProjection.given;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.core.Change.Index;
import dev.foldline.testing.GivenProjection;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The view of an account")
class AccountViewTest {

  private static final Opened OPENED = new Opened("Ada", "");

  private static GivenProjection<AccountView> view(AccountEvent... events) {
    return given(AccountView.PROJECTION, (Object[]) events);
  }

  @Test
  void begins_with_its_opening() {
    view()
        .when(OPENED)
        .then(
            new AccountView(ID, "Ada", "", 0, OPEN), new Index(AccountView.OF_OWNER, ID, "Ada", 0));
    assertThatThrownBy(() -> view().when(new Deposited(1)))
        .hasMessage("an account begins with its opening");
  }

  @Test
  void shows_what_was_put_in_and_taken_out() {
    view(OPENED).when(new Deposited(100)).then(new AccountView(ID, "Ada", "", 100, OPEN));
    view(OPENED, new Deposited(100))
        .when(new Withdrawn(30))
        .then(new AccountView(ID, "Ada", "", 70, OPEN));
  }

  @Test
  void stays_when_the_account_is_closed() {
    view(OPENED, new Deposited(5), new Withdrawn(5))
        .when(new Closed())
        .then(new AccountView(ID, "Ada", "", 0, CLOSED));
  }
}
