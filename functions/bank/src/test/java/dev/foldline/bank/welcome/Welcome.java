package dev.foldline.bank.welcome;

import static dev.foldline.core.Effect.perform;

import dev.foldline.bank.AccountEvent;
import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.TransferredIn;
import dev.foldline.bank.AccountEvent.TransferredOut;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.core.Activity;
import dev.foldline.core.Reaction;
import java.util.List;

/** Whoever opens an account gets a letter. */
interface Welcome {

  record Letter(String owner) {}

  record Posted(String number) {}

  Activity<Letter, Posted> LETTER = Activity.of("letter", Letter.class, Posted.class);

  Reaction<AccountEvent> WELCOME =
      Reaction.of(
          "welcome",
          AccountEvent.ACCOUNTS,
          recorded ->
              switch (recorded.event()) {
                case Opened(var owner, _) -> List.of(perform("letter", LETTER, new Letter(owner)));
                case Deposited _, Withdrawn _, TransferredOut _, TransferredIn _, Closed() ->
                    List.of();
              });
}
