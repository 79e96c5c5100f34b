package dev.foldline.bank;

import dev.foldline.core.Category;
import dev.foldline.core.Stored;

/** What happens to an account. These shapes and names are stored for ever. */
public sealed interface AccountEvent {

  Category<AccountEvent> ACCOUNTS = Category.of("account", AccountEvent.class);

  /**
   * It was opened.
   *
   * @param owner as they want to be called
   * @param holder who opened it, as they are known; empty where nobody finds out who is calling
   */
  @Stored("account-opened")
  record Opened(String owner, String holder) implements AccountEvent {}

  @Stored("account-deposited")
  record Deposited(long cents) implements AccountEvent {}

  @Stored("account-withdrawn")
  record Withdrawn(long cents) implements AccountEvent {}

  /** For a transfer, which is given it or gives it back. */
  @Stored("account-transferred-out")
  record TransferredOut(long cents, String transfer) implements AccountEvent {}

  /** By a transfer: its money, or back. */
  @Stored("account-transferred-in")
  record TransferredIn(long cents, String transfer) implements AccountEvent {}

  @Stored("account-closed")
  record Closed() implements AccountEvent {}
}
