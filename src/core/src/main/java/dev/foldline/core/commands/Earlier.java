package dev.foldline.core.commands;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is known of the effects that a stream held, beside those that its state remembers. */
public sealed interface Earlier {

  /** Nothing. */
  record Unread() implements Earlier {}

  /** There was nothing in the stream, ever, when that was asked. */
  record NeverWas() implements Earlier {}

  /**
   * Every effect of a part of the stream.
   *
   * @param from the position behind which the part begins; −1 if that is the stream's beginning
   * @param to the position with which it ends
   * @param revision of the first event of the part, −1 if it has none
   */
  record ReadBack(Map<UUID, Handled> found, long from, long to, long revision) implements Earlier {}

  /** Whatever there was, a person has said what became of the effect. */
  record Overruled() implements Earlier {}

  /** What became of the effect with a key; null where that is not known. */
  default @Nullable Handled find(UUID key) {
    return switch (this) {
      case Unread _, NeverWas _, Overruled _ -> null;
      case ReadBack(var found, _, _, _) -> found.get(key);
    };
  }

  /**
   * Whether every effect is known that came after a position, with those that a state remembers.
   * Where nothing can be read it has to be known that nothing ever was: a stream that was deleted
   * looks the same.
   */
  default boolean reaches(long position, StreamState<?> state) {
    boolean isThere = state.revision() >= 0;
    long forgotten = state.effects().forgotten();
    return switch (this) {
      case Unread _ -> isThere && forgotten <= position;
      case NeverWas _ -> !isThere || forgotten <= position;
      case ReadBack(_, var from, var to, _) ->
          isThere && (forgotten <= position || (from <= position && forgotten <= to));
      case Overruled _ -> true;
    };
  }
}
