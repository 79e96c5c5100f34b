package dev.foldline.bank;

import static dev.foldline.core.Effect.cancel;
import static dev.foldline.core.Effect.remind;
import static dev.foldline.core.Effect.send;

import dev.foldline.bank.AccountCommand.TransferIn;
import dev.foldline.bank.AccountCommand.TransferOut;
import dev.foldline.bank.TransferCommand.Answered;
import dev.foldline.bank.TransferCommand.Deadline;
import dev.foldline.bank.TransferEvent.Completed;
import dev.foldline.bank.TransferEvent.Failed;
import dev.foldline.bank.TransferEvent.Held;
import dev.foldline.bank.TransferEvent.Rejected;
import dev.foldline.bank.TransferEvent.Released;
import dev.foldline.bank.TransferEvent.Requested;
import dev.foldline.bank.TransferEvent.Stopped;
import dev.foldline.bank.TransferEvent.Taken;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import java.time.Duration;
import java.util.List;

/** What happens next to a transfer. */
final class TransferNext {

  /** What was not given by then is not given any more. */
  static final Duration LIMIT = Duration.ofMinutes(1);

  static final Reaction<TransferEvent> REACTION =
      Reaction.of("transfer-next", TransferEvent.TRANSFERS, TransferNext::effects)
          .answering(Transfer.DECIDER, (recorded, result) -> new Answered(recorded.id(), result));

  private TransferNext() {}

  private static List<Effect> effects(Recorded<TransferEvent> recorded) {
    String transfer = recorded.id();
    return switch (recorded.event()) {
      case Requested(var from, _, var cents, var by, var teller) ->
          List.of(
              remind("deadline", recorded.time().plus(LIMIT), new Deadline(transfer)),
              send(
                  Transfer.TAKE,
                  Account.DECIDER,
                  new TransferOut(from, transfer, cents, by, teller)));
      case Taken(var to, var cents) -> List.of(in(Transfer.GIVE, to, transfer, cents));
      case Stopped(var step, _) -> List.of(cancel("stop", step));
      case Rejected(var from, var cents, _) ->
          List.of(in(Transfer.GIVE_BACK, from, transfer, cents));
      case Released(var to, var cents) -> List.of(in(Transfer.RELEASE, to, transfer, cents));
      case Completed(), Failed _, Held _ -> List.of();
    };
  }

  private static Effect in(String step, String account, String transfer, long cents) {
    return send(step, Account.DECIDER, new TransferIn(account, transfer, cents));
  }
}
