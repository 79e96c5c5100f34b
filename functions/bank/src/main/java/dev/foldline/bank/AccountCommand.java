package dev.foldline.bank;

/** What may be asked of an account. */
public sealed interface AccountCommand {

  String account();

  /**
   * It is to be there.
   *
   * @param holder who opens it; empty where nobody finds out who is calling
   */
  record Open(String account, String owner, String holder) implements AccountCommand {}

  record Deposit(@Id String account, @Cents long cents) implements AccountCommand {}

  record Withdraw(@Id String account, @Cents long cents) implements AccountCommand {}

  /**
   * Takes money out for a transfer.
   *
   * @param by who asked for that; empty where nobody finds out who is calling
   * @param teller whether that is a teller
   */
  record TransferOut(String account, String transfer, long cents, String by, boolean teller)
      implements AccountCommand {}

  /** Puts the money of a transfer in, or back. */
  record TransferIn(String account, String transfer, long cents) implements AccountCommand {}

  record Close(@Id String account) implements AccountCommand {}
}
