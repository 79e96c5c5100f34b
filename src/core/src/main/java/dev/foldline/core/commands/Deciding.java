package dev.foldline.core.commands;

import dev.foldline.core.Decider;
import dev.foldline.core.StoredEvent;

/** How a command is decided: what its {@link Decider} does, and how its events are stored. */
public interface Deciding<C, S, E> {

  /**
   * What a command leads to in a state. Throws what {@link Decider#decide} does, and where an event
   * can't be stored.
   *
   * @param begins whether its first event is the first of the stream
   */
  Decided<E> decide(Asked<C> asked, S state, boolean begins);

  /**
   * The mark that stands for an effect which leaves no event.
   *
   * @param refused why the decider refused it; empty if there was nothing to do
   * @param begins whether it is the first event of the stream
   */
  StoredEvent mark(Asked<C> asked, String refused, boolean begins);
}
