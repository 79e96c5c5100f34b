package dev.foldline.core.commands;

/** What a caller says must hold of a stream for a command to be decided on it. */
public sealed interface Precondition {

  /** Whatever the stream is. */
  record None() implements Precondition {}

  /** The stream's last event has this revision. */
  record Exactly(long revision) implements Precondition {}

  /** The stream has events. */
  record MustExist() implements Precondition {}

  /** The stream has no events. */
  record MustNotExist() implements Precondition {}

  /**
   * Whether it holds. Marks count for nothing, though they have revisions.
   *
   * @param current the revision of the stream's last event, −1 if it has none
   * @param end the revision of the last mark behind that, or the same
   */
  default boolean holds(long current, long end) {
    return switch (this) {
      case None() -> true;
      case Exactly(long revision) -> current >= 0 && current <= revision && revision <= end;
      case MustExist() -> current >= 0;
      case MustNotExist() -> current < 0;
    };
  }
}
