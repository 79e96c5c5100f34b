package dev.foldline.bank;

import static dev.foldline.bank.AccountEvent.ACCOUNTS;

import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.TransferredIn;
import dev.foldline.bank.AccountEvent.TransferredOut;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.core.Change.Add;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;

/**
 * All the money that there is, by the accounts' events alone: what the accounts hold and what is in
 * flight between them is what was paid in and not paid out, behind each event of the log.
 */
final class Money {

  static final String TOTALS = "money";

  static final Projection<Nothing> PROJECTION =
      Projection.of("money", 1, Nothing.class).on(ACCOUNTS, (_, recorded) -> project(recorded));

  /** Of a single account nothing is kept. */
  public record Nothing() {}

  private Money() {}

  private static Changes<Nothing> project(Recorded<AccountEvent> recorded) {
    return switch (recorded.event()) {
      case Opened _, Closed() -> adding();
      case Deposited(var cents) -> adding(add("balances", cents), add("paidIn", cents));
      case Withdrawn(var cents) -> adding(add("balances", -cents), add("paidOut", cents));
      case TransferredOut(var cents, _) -> adding(add("balances", -cents), add("inFlight", cents));
      case TransferredIn(var cents, _) -> adding(add("balances", cents), add("inFlight", -cents));
    };
  }

  private static Add add(String field, long cents) {
    return new Add(TOTALS, field, cents);
  }

  private static Changes<Nothing> adding(Add... sums) {
    return Changes.to(new Nothing(), sums);
  }
}
