package dev.foldline.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The stable names under which the records of one event family are stored, for ever, and how shapes
 * that were stored in the past become those of today.
 *
 * <p>A class may be renamed or moved; its stored name may not. When the shape of a record changes,
 * it gets the name of the next version, {@code order-placed}, {@code order-placed.v2}, …, and an
 * {@link Upcaster} from the version before.
 *
 * @param <E> the family: a sealed interface, each of whose records has exactly one name
 */
public final class EventTypes<E> {

  private static final Pattern VERSIONED = Pattern.compile("(.+)\\.v([1-9][0-9]{0,8})");

  private final Class<E> family;
  private final Map<String, Class<? extends E>> types;
  private final Map<String, Upcaster> upcasters;

  private EventTypes(
      Class<E> family, Map<String, Class<? extends E>> types, Map<String, Upcaster> upcasters) {
    this.family = family;
    this.types = Map.copyOf(types);
    this.upcasters = Map.copyOf(upcasters);
  }

  /**
   * Names the records of a family.
   *
   * @param types the names that are written today
   * @param upcasters one for each name and version that was written before
   * @throws IllegalArgumentException naming the records without a name or with two, and the
   *     versions from which no chain of upcasters leads to a record
   */
  public static <E> EventTypes<E> of(
      Class<E> family, Map<String, Class<? extends E>> types, Upcaster... upcasters) {
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
    Map<String, Upcaster> byName = new HashMap<>();
    for (Upcaster upcaster : upcasters) {
      String from = upcaster.from();
      if (types.containsKey(from) || byName.put(from, upcaster) != null) {
        throw new IllegalArgumentException("'" + from + "' is given twice");
      }
    }
    EventTypes<E> all = new EventTypes<>(family, types, byName);
    all.names().forEach(all::checkVersions);
    byName.keySet().forEach(from -> all.checkChain(from, List.of()));
    return all;
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

  private void checkVersions(String name) {
    if (name.endsWith(".v1")) {
      throw new IllegalArgumentException("the first version has no number: '" + name + "'");
    }
    String previous = previous(name);
    if (previous != null && !upcasters.containsKey(previous)) {
      throw new IllegalArgumentException(
          "there is '" + name + "', but no upcaster from '" + previous + "'");
    }
  }

  private void checkChain(String name, List<String> before) {
    if (before.contains(name)) {
      throw new IllegalArgumentException("upcasters lead from '" + name + "' back to it");
    }
    @Nullable Upcaster upcaster = upcasters.get(name);
    if (upcaster != null) {
      List<String> chain = new ArrayList<>(before);
      chain.add(name);
      upcaster.to().forEach(next -> checkChain(next, chain));
    } else if (!types.containsKey(name)) {
      throw new IllegalArgumentException(
          "upcasters lead from '"
              + before.getLast()
              + "' to '"
              + name
              + "', which is no record's name and has no upcaster");
    }
  }

  /** The name of the version before; null for the first. */
  private static @Nullable String previous(String name) {
    Matcher versioned = VERSIONED.matcher(name);
    if (!versioned.matches()) {
      return null;
    }
    int version = Integer.parseInt(versioned.group(2));
    return version == 2 ? versioned.group(1) : versioned.group(1) + ".v" + (version - 1);
  }

  /** The name of the version after. */
  static String next(String name) {
    Matcher versioned = VERSIONED.matcher(name);
    return versioned.matches()
        ? versioned.group(1) + ".v" + (Integer.parseInt(versioned.group(2)) + 1)
        : name + ".v2";
  }

  /** The interface that all its events have in common. */
  public Class<E> family() {
    return family;
  }

  /** The records by the names that they are stored under today. */
  public Map<String, Class<? extends E>> types() {
    return types;
  }

  /** Every name and version that can be read, in order. */
  public Set<String> names() {
    Set<String> names = new TreeSet<>(types.keySet());
    names.addAll(upcasters.keySet());
    return names;
  }

  /**
   * The names under which an event is stored that has this one, in its other versions too: those
   * whose upcasters lead to what this one is today.
   */
  public Set<String> versions(String name) {
    Set<String> today = becomes(name).collect(Collectors.toSet());
    return names().stream()
        .filter(each -> becomes(each).anyMatch(today::contains))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** A name, and all that its upcasters lead to. */
  private Stream<String> becomes(String name) {
    @Nullable Upcaster upcaster = upcasters.get(name);
    return Stream.concat(
        Stream.of(name),
        upcaster == null ? Stream.of() : upcaster.to().stream().flatMap(this::becomes));
  }

  /**
   * What a stored shape is today: itself, or what its upcasters make of it.
   *
   * @throws RuntimeException what an upcaster throws
   */
  public List<Shape> upcast(Shape stored) {
    @Nullable Upcaster upcaster = upcasters.get(stored.type());
    return upcaster == null
        ? List.of(stored)
        : upcaster.apply(stored.data()).stream().flatMap(next -> upcast(next).stream()).toList();
  }
}
