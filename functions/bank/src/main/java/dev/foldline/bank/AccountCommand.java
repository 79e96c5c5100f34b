package dev.foldline.bank;

/** What may be asked of an account. */
public sealed interface AccountCommand {

  String account();

  record Open(@Id String account, @Owner String owner) implements AccountCommand {}

  record Deposit(@Id String account, @Cents long cents) implements AccountCommand {}

  record Withdraw(@Id String account, @Cents long cents) implements AccountCommand {}

  /**
   * Takes money out for a transfer.
   *
   * @param by who asked for that; empty where nobody finds out who is calling
   */
  record TransferOut(String account, String transfer, long cents, String by)
      implements AccountCommand {}

  /** Puts the money of a transfer in, or back. */
  record TransferIn(String account, String transfer, long cents) implements AccountCommand {}

  record Close(@Id String account) implements AccountCommand {}
}
