package dev.foldline.core;

import java.util.Optional;

/**
 * How far a process is, as the state of its decider says it. A decider whose state implements this,
 * and that a reaction to its own events answers, is a process manager: Foldline keeps for its query
 * and for its operators how far each of its processes is.
 *
 * <pre>{@code
 * record Transfer(Steps steps, String from, String to, long cents) implements Progress {}
 * }</pre>
 */
public interface Progress {

  /** How a process is. */
  enum State {
    PROCESSING,
    DONE,
    FAILED,
    /** Nobody could take back what was done: it takes a person. */
    HELD;

    /** Whether nothing follows any more. */
    public boolean isOver() {
      return this == DONE || this == FAILED;
    }
  }

  /** Its steps, of which the rest is told. */
  Steps steps();

  /** How it is. */
  default State state() {
    return steps().state();
  }

  /** Why it failed, or is held. */
  default Optional<String> code() {
    return steps().code();
  }

  /** The first step that is not answered yet. */
  default Optional<String> waitsFor() {
    return steps().waitsFor();
  }

  /**
   * Whether a caller may ask how far it is, and see the trail of its stream; anyone, unless it is
   * said. Operators may.
   */
  default boolean isShownTo(Caller caller) {
    return true;
  }
}
