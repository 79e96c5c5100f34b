package dev.foldline.core;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The stable names under which the records of one event family are stored, for ever.
 *
 * <p>A class may be renamed or moved; its stored name may not.
 *
 * @param <E> the family: a sealed interface, each of whose records has exactly one name
 */
public final class EventTypes<E> {

  private final Class<E> family;
  private final Map<String, Class<? extends E>> types;

  private EventTypes(Class<E> family, Map<String, Class<? extends E>> types) {
    this.family = family;
    this.types = Map.copyOf(types);
  }

  /**
   * Names the records of a family.
   *
   * @throws IllegalArgumentException naming the records without a name, or with two
   */
  public static <E> EventTypes<E> of(Class<E> family, Map<String, Class<? extends E>> types) {
    Set<Class<?>> unnamed = records(family);
    for (Class<? extends E> type : types.values()) {
      if (!unnamed.remove(type)) {
        throw new IllegalArgumentException(
            type.getName() + " is named twice, or is no record of " + family.getName());
      }
    }
    if (!unnamed.isEmpty()) {
      throw new IllegalArgumentException("without a stored name: " + unnamed);
    }
    return new EventTypes<>(family, types);
  }

  private static Set<Class<?>> records(Class<?> family) {
    if (!family.isSealed()) {
      return new HashSet<>(Set.of(family));
    }
    Set<Class<?>> records = new HashSet<>();
    for (Class<?> permitted : family.getPermittedSubclasses()) {
      records.addAll(records(permitted));
    }
    return records;
  }

  /** The interface that all its events have in common. */
  public Class<E> family() {
    return family;
  }

  /** The records by their stored names. */
  public Map<String, Class<? extends E>> types() {
    return types;
  }
}
