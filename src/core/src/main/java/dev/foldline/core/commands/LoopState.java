package dev.foldline.core.commands;

/** What a {@link CommandLoop} waits for. */
sealed interface LoopState<S> {

  /** Commands. */
  record Waiting<S>() implements LoopState<S> {}

  /** The stream as it is now, to decide on it. */
  record Reading<S>(int attempt) implements LoopState<S> {}

  /**
   * The end of an append.
   *
   * @param verified whether the stream was at the state decided on after the commands came
   * @param unsure whether the same events may be in the stream already
   */
  record Appending<S>(Decision<S> decision, boolean verified, boolean unsure, int attempt)
      implements LoopState<S> {}

  /** What others appended first. */
  record Losing<S>(Decision<S> decision, boolean unsure, int attempt) implements LoopState<S> {}

  /** Whether an append was done that nobody answered. */
  record Settling<S>(Decision<S> decision, int attempt) implements LoopState<S> {}
}
