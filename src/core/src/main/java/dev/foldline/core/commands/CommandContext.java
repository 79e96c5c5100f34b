package dev.foldline.core.commands;

import dev.foldline.core.Caller;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What a caller says beside a command.
 *
 * @param caller who gives the command
 * @param keyed the request with its idempotency key, by which the stream knows a repeat of what it
 *     leads to; without it a command is another one each time
 * @param precondition what must hold of the stream
 * @param metadata what is written beside each event, such as {@code $correlationId}
 * @param timeout how long the caller waits for the answer
 */
public record CommandContext(
    Caller caller,
    Optional<KeyedRequest> keyed,
    Precondition precondition,
    Map<String, String> metadata,
    Duration timeout) {

  /** Nothing but the command. */
  public static final CommandContext NONE =
      new CommandContext(
          Caller.ANONYMOUS,
          Optional.empty(),
          new Precondition.None(),
          Map.of(),
          Duration.ofSeconds(10));

  /** The same of another caller. */
  public CommandContext by(Caller other) {
    return new CommandContext(other, keyed, precondition, metadata, timeout);
  }

  /** The same of a request that its caller may repeat. */
  public CommandContext of(KeyedRequest request) {
    return new CommandContext(caller, Optional.of(request), precondition, metadata, timeout);
  }
}
