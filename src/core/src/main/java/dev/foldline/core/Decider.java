package dev.foldline.core;

import java.util.List;
import java.util.function.BiFunction;

/**
 * How one kind of aggregate decides: pure functions without clock, randomness or I/O.
 *
 * <p>After Jérémie Chassaing, <em>Functional Event Sourcing Decider</em> (2021).
 *
 * @param category what its streams are called before the first dash; it holds no dash itself
 * @param initial the state before any event
 * @param decide what a command leads to in a state: the new events, none if there is nothing to do;
 *     throws {@link Refused} where the business says no
 * @param evolve the state after one more event
 * @param stateVersion a new number whenever {@code evolve} leads to another state from the same
 *     events, so that no older snapshot is used; a new shape of the state is seen without it
 * @param <C> the commands
 * @param <S> the state, immutable
 * @param <E> the events, a sealed interface of records
 */
public record Decider<C, S, E>(
    String category,
    S initial,
    BiFunction<C, S, List<E>> decide,
    BiFunction<S, E, S> evolve,
    int stateVersion) {

  /** A decider whose {@code evolve} is the first of its kind. */
  public Decider(
      String category, S initial, BiFunction<C, S, List<E>> decide, BiFunction<S, E, S> evolve) {
    this(category, initial, decide, evolve, 1);
  }

  public Decider {
    if (category.isEmpty() || category.contains("-")) {
      throw new IllegalArgumentException("a category is a word without a dash: '" + category + "'");
    }
  }

  /**
   * The stream of the aggregate with this id.
   *
   * @throws Invalid if it is no id, see {@link StreamName#of}
   */
  public String stream(String id) {
    return StreamName.of(category, id);
  }

  /** The state after these events, in their order. */
  public S fold(S state, Iterable<? extends E> events) {
    for (E event : events) {
      state = evolve.apply(state, event);
    }
    return state;
  }
}
