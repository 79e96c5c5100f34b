package dev.foldline.bank;

import dev.foldline.core.Result;

/** What may be asked of a transfer, and what it is told. */
public sealed interface TransferCommand {

  String transfer();

  /**
   * It is to begin.
   *
   * @param by who asks for it; empty where nobody finds out who is calling
   * @param teller whether that is a teller
   */
  record Request(String transfer, String from, String to, long cents, String by, boolean teller)
      implements TransferCommand {}

  /** It is to come to nothing. */
  record Cancel(@Id String transfer) implements TransferCommand {}

  /** Its money, which is held, is to go to an account. */
  record Release(@Id String transfer, @Id String to) implements TransferCommand {}

  /** Its time is over. */
  record Deadline(String transfer) implements TransferCommand {}

  /** What became of a step. */
  record Answered(String transfer, Result result) implements TransferCommand {}
}
