package dev.foldline.core.commands;

import dev.foldline.core.Decider;

/** How a command is decided: what its {@link Decider} does, and how its events are stored. */
@FunctionalInterface
public interface Deciding<C, S, E> {

  /**
   * What a command leads to in a state. Throws what {@link Decider#decide} does, and where an event
   * can't be stored.
   *
   * @param begins whether its first event is the first of the stream
   */
  Decided<E> decide(Asked<C> asked, S state, boolean begins);
}
