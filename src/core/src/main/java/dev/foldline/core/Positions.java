package dev.foldline.core;

import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * Where subscriptions that the event store does not keep account of remember how far they are: a
 * subscription is done with the event at its position, and with all before it.
 *
 * <p>Calls fail with {@link Unavailable} while the positions can't be reached. Safe for use by many
 * threads.
 */
public interface Positions {

  /** The position that was saved last; empty for a subscription that never saved one. */
  CompletionStage<OptionalLong> load(String subscription);

  /**
   * Moves a subscription forward, in one atomic step. A position before the saved one changes
   * nothing.
   *
   * @param position of an event in its stream or in the log; −1 where it begins with the first
   *     event, which is saved as any other
   */
  CompletionStage<Void> save(String subscription, long position);
}
