package dev.foldline.eventstoredb.commands;

import dev.foldline.core.Conflict;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Unavailable;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.CommandIdentity;
import dev.foldline.core.commands.KeyedRequest;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** By what one command is known each time that it is sent. Safe for use by many threads. */
sealed interface Sends {

  static Sends of(CommandContext context, String stream) {
    return context
        .keyed()
        .<Sends>map(request -> new Keyed(request, request.place(stream)))
        .orElseGet(() -> new Always(CommandIdentity.ofThisCall()));
  }

  /** It is sent. */
  CommandIdentity begin();

  /**
   * A send has ended.
   *
   * @param failure why it has no receipt, if so
   */
  void end(@Nullable Throwable failure);

  /** It has the same identity each time. */
  record Always(CommandIdentity begin) implements Sends {

    @Override
    public void end(@Nullable Throwable failure) {}
  }

  /** It has a place among the commands of its request. */
  record Keyed(KeyedRequest request, KeyedRequest.Place place) implements Sends {

    @Override
    public CommandIdentity begin() {
      return CommandIdentity.of(request, place.take());
    }

    @Override
    public void end(@Nullable Throwable failure) {
      switch (failure) {
        case null -> {}
        case Conflict _, Unavailable _, OutcomeUnknown _, CancellationException _ ->
            place.giveBack(); // to send it again may lead to an answer
        default -> place.spend();
      }
    }
  }
}
