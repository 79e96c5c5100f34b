package dev.foldline.bank;

import dev.foldline.core.Category;
import dev.foldline.core.Stored;

/** What happens to a transfer. These shapes and names are stored for ever. */
public sealed interface TransferEvent {

  Category<TransferEvent> TRANSFERS = Category.of("transfer", TransferEvent.class);

  /**
   * It was asked for.
   *
   * @param by who asked for it; empty where nobody finds out who is calling
   * @param teller whether that is a teller
   */
  @Stored("transfer-requested")
  record Requested(String from, String to, long cents, String by, boolean teller)
      implements TransferEvent {}

  /** The money is out of the first account. */
  @Stored("transfer-taken")
  record Taken(String to, long cents) implements TransferEvent {}

  /**
   * It is to come to nothing, if the step that it waits for has not taken place.
   *
   * @param code why
   */
  @Stored("transfer-stopped")
  record Stopped(String step, String code) implements TransferEvent {}

  /** The money that is out is to go back. */
  @Stored("transfer-rejected")
  record Rejected(String from, long cents, String code) implements TransferEvent {}

  /** The money is in the other account. */
  @Stored("transfer-completed")
  record Completed() implements TransferEvent {}

  /** No money moved, or it is back. */
  @Stored("transfer-failed")
  record Failed(String code) implements TransferEvent {}

  /** Nobody takes the money: it waits to be released. */
  @Stored("transfer-held")
  record Held(String code) implements TransferEvent {}

  /** The money is to go to another account. */
  @Stored("transfer-released")
  record Released(String to, long cents) implements TransferEvent {}
}
