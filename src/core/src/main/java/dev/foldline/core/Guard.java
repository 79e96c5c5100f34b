package dev.foldline.core;

/**
 * Who may give which command: a pure function, which stands before all else that is said of one.
 *
 * <p>It is part of a decider, see {@link Decider#guardedBy}, and stands at its door: what the
 * system itself sends is not asked.
 *
 * @param <C> the commands
 * @param <S> the state
 */
@FunctionalInterface
public interface Guard<C, S> {

  /** Whether this caller may give this command in this state. */
  boolean may(Caller caller, C command, S state);
}
