package dev.foldline.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * How one kind of aggregate decides: pure functions without clock, randomness or I/O.
 *
 * <p>After Jérémie Chassaing, <em>Functional Event Sourcing Decider</em> (2021).
 *
 * @param category its streams
 * @param id of the aggregate that a command names
 * @param initial the state before any event
 * @param decide what a command leads to in a state: the new events, none if there is nothing to do;
 *     throws {@link Refused} where the business says no
 * @param evolve the state after one more event
 * @param stateVersion a new number whenever {@code evolve} leads to another state from the same
 *     events, so that no older snapshot is used; a new shape of the state is seen without it
 * @param guard who may give which command; anyone, unless it {@linkplain #guardedBy is said}
 * @param <C> the commands
 * @param <S> the state, immutable
 * @param <E> the events, a sealed interface of records
 */
public record Decider<C, S, E>(
    Category<E> category,
    Function<C, String> id,
    S initial,
    BiFunction<C, S, List<E>> decide,
    BiFunction<S, E, S> evolve,
    int stateVersion,
    Guard<C, S> guard) {

  private static final Guard<Object, Object> ANYONE = (_, _, _) -> true;

  /** A decider whose {@code evolve} is the first of its kind, for anyone. */
  public Decider(
      Category<E> category,
      Function<C, String> id,
      S initial,
      BiFunction<C, S, List<E>> decide,
      BiFunction<S, E, S> evolve) {
    this(category, id, initial, decide, evolve, 1);
  }

  /** A decider for anyone. */
  public Decider(
      Category<E> category,
      Function<C, String> id,
      S initial,
      BiFunction<C, S, List<E>> decide,
      BiFunction<S, E, S> evolve,
      int stateVersion) {
    this(category, id, initial, decide, evolve, stateVersion, anyone());
  }

  public Decider {
    requireNonNull(category, Category.MISSING);
  }

  @SuppressWarnings("unchecked") // it looks at nothing
  private static <C, S> Guard<C, S> anyone() {
    return (Guard<C, S>) ANYONE;
  }

  /**
   * The same decider for those alone whom a guard lets: all others are {@link Forbidden}.
   *
   * @throws IllegalStateException if it has a guard, which would be lost
   */
  public Decider<C, S, E> guardedBy(Guard<C, S> guard) {
    if (isGuarded()) {
      throw new IllegalStateException("the decider of '" + category + "' has a guard already");
    }
    return new Decider<>(category, id, initial, decide, evolve, stateVersion, guard);
  }

  /** Whether it is not for anyone. */
  public boolean isGuarded() {
    return guard != anyone();
  }

  /**
   * The stream of the aggregate that a command names.
   *
   * @throws Invalid if what it names is no id, see {@link StreamName#of}
   */
  public String stream(C command) {
    return category.stream(id.apply(command));
  }

  /** Whether another one comes to the same state from the same events, whatever it decides then. */
  public boolean foldsAs(Decider<?, ?, ?> other) {
    return category.equals(other.category)
        && initial.equals(other.initial)
        && evolve.equals(other.evolve)
        && stateVersion == other.stateVersion;
  }

  /** The state after these events, in their order. */
  public S fold(S state, Iterable<? extends E> events) {
    for (E event : events) {
      state = evolve.apply(state, event);
    }
    return state;
  }

  /** What its streams are called. */
  @Override
  public String toString() {
    return category.name();
  }
}
