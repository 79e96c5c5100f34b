package dev.foldline.eventstoredb.commands;

import dev.foldline.core.commands.CommandContext;
import dev.foldline.eventstoredb.snapshots.SnapshotListener;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Hears what the command handler does, for metrics and traces. Called often, by many threads. */
public interface CommandListener extends SnapshotListener {

  /** What a command goes through. */
  enum Step {
    LOAD,
    DECIDE,
    APPEND
  }

  /** A step that has begun. */
  interface Begun {

    /** Hears nothing of the end. */
    Begun UNHEARD = _ -> {};

    /**
     * The step is over, on any thread.
     *
     * @param failure why it did not do what it should, if so
     */
    void ended(@Nullable Throwable failure);
  }

  /**
   * A step begins.
   *
   * @param commands what the callers said beside the commands that it is for
   */
  default Begun began(Step step, String stream, Collection<CommandContext> commands) {
    return Begun.UNHEARD;
  }

  /** Events were appended. */
  default void appended(int events) {}

  /** Another instance appended first. */
  default void conflict() {}

  /** Commands are decided again after a conflict. */
  default void retry() {}

  /** The store did not say whether an append was done: now it is looked for. */
  default void unknownOutcome() {}

  /** A state that was kept did not fit its stream: all of the stream is read. */
  default void discarded() {}
}
