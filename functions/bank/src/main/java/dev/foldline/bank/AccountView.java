package dev.foldline.bank;

import static dev.foldline.bank.AccountEvent.ACCOUNTS;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.TransferredIn;
import dev.foldline.bank.AccountEvent.TransferredOut;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.core.Change.Index;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An account as its owner sees it: one document a stream.
 *
 * @param holder who opened it; empty where nobody found out
 * @param balance in cents
 */
public record AccountView(
    String account, String owner, String holder, long balance, Status status) {

  /** The accounts of each owner, in the order of their opening. */
  static final String OF_OWNER = "accounts-of";

  static final Projection<AccountView> PROJECTION =
      Projection.of("account-view", 1, AccountView.class)
          .on(ACCOUNTS, AccountView::project)
          .guardedBy((caller, view) -> Access.isFor(caller, view.holder()));

  /** Whether money moves. */
  public enum Status {
    @JsonProperty("open")
    OPEN,
    @JsonProperty("closed")
    CLOSED
  }

  private static Changes<AccountView> project(
      @Nullable AccountView view, Recorded<AccountEvent> recorded) {
    return switch (recorded.event()) {
      case Opened(var owner, var holder) ->
          Changes.to(
              new AccountView(recorded.id(), owner, holder, 0, Status.OPEN),
              new Index(OF_OWNER, recorded.id(), owner, recorded.position()));
      case Deposited(var cents) -> Changes.to(opened(view).plus(cents));
      case Withdrawn(var cents) -> Changes.to(opened(view).plus(-cents));
      case TransferredOut(var cents, _) -> Changes.to(opened(view).plus(-cents));
      case TransferredIn(var cents, _) -> Changes.to(opened(view).plus(cents));
      case Closed() -> Changes.to(opened(view).closed());
    };
  }

  private static AccountView opened(@Nullable AccountView view) {
    return Objects.requireNonNull(view, "an account begins with its opening");
  }

  private AccountView plus(long cents) {
    return new AccountView(account, owner, holder, balance + cents, status);
  }

  private AccountView closed() {
    return new AccountView(account, owner, holder, balance, Status.CLOSED);
  }
}
