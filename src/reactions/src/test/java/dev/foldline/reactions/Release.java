package dev.foldline.reactions;

import static dev.foldline.core.Effect.perform;
import static dev.foldline.core.Effect.send;

import dev.foldline.core.Reaction;
import dev.foldline.reactions.Account.Command.Receive;
import dev.foldline.reactions.Account.Command.Send;
import dev.foldline.reactions.Transfer.Command.Answered;
import dev.foldline.reactions.Transfer.Event;
import java.util.List;

/** A release of the application. What differs are the commands, never the effects' names. */
enum Release {
  FIRST,
  /** It makes other commands of the same effects, so that some would have another outcome. */
  OTHER,
  /** It throws on some events, so that they are parked. */
  BROKEN;

  private static final long TOO_MUCH = 1_000_000;

  /** What happens next. */
  Reaction<Event> next() {
    return Reaction.of(
            "transfer-next",
            Transfer.TRANSFERS,
            recorded ->
                switch (recorded.event()) {
                  case Event.Requested(var from, _, var cents) ->
                      List.of(
                          send(
                              "take",
                              Account.DECIDER,
                              new Send(
                                  from, reference(recorded.id()), price(recorded.id(), cents))));
                  case Event.Taken(var to, var cents) ->
                      List.of(
                          send(
                              "give",
                              Account.DECIDER,
                              new Receive(to, reference(recorded.id()), cents)));
                  case Event.Completed(), Event.Failed _ -> List.of();
                })
        .answering(Transfer.DECIDER, (recorded, result) -> new Answered(recorded.id(), result));
  }

  /** Who got what they wanted is told by letter. Nobody is told of that. */
  static Reaction<Event> letters() {
    return Reaction.of(
            "transfer-letters",
            Transfer.TRANSFERS,
            recorded ->
                recorded.event() instanceof Event.Completed
                    ? List.of(
                        perform("letter", Neighbour.LETTER, new Neighbour.Letter(recorded.id())))
                    : List.of())
        .fromStart();
  }

  private String reference(String transfer) {
    if (this == BROKEN && isSome(transfer)) {
      throw new IllegalStateException("a bug");
    }
    return transfer + "/" + this;
  }

  private long price(String transfer, long cents) {
    return this == OTHER && isSome(transfer) ? cents + TOO_MUCH : cents;
  }

  private static boolean isSome(String transfer) {
    return transfer.hashCode() % 3 == 0;
  }
}
