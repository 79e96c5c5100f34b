package dev.foldline.core.commands;

import dev.foldline.core.Receipt;
import dev.foldline.core.Result;
import java.util.UUID;

/**
 * An effect that a stream holds the outcome of: what was done, or a mark.
 *
 * @param key of the effect
 * @param refused why the stream's decider refused it; empty if it was done
 * @param revision of its last event, or of its mark
 * @param position at which the append ended that brought it, or before; −1 where it is not known
 *     yet
 * @param digest of the command that came to it; 0 where that is not known
 */
public record Handled(UUID key, String refused, long revision, long position, int digest) {

  /** Whether it was done. */
  public boolean isDone() {
    return refused.isEmpty();
  }

  /** Whether it is known that another command came to it. */
  boolean isOfAnother(int command) {
    return digest != 0 && command != 0 && digest != command;
  }

  /** The outcome of an effect with a name, in a stream that holds it. */
  public Result result(String effect, String stream) {
    return isDone()
        ? new Result.Done(effect, new Receipt(stream, revision, false))
        : new Result.Refused(effect, refused);
  }

  /** The same where only the append said where it is. */
  Handled at(long end, long place) {
    return new Handled(key, refused, end, place, digest);
  }
}
