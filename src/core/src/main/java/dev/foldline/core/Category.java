package dev.foldline.core;

import java.util.ArrayList;
import java.util.HashMap;
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
 * One kind of stream: what its streams are called, the events that they hold, and the stable names
 * under which these are stored, for ever.
 *
 * <p>The events are the records of a family. Each says its stored name with {@link Stored}; its
 * class may be renamed or moved, the stored name may not. When the shape of a record changes, it
 * gets the name of the next version, {@code order-placed}, {@code order-placed.v2}, …, and an
 * {@link Upcaster} from the version before.
 *
 * @param <E> the family: a sealed interface of records, or one record
 */
public final class Category<E> {

  /** Why a constant that names one is given null. */
  static final String MISSING =
      "there is no category yet: the interfaces that hold it and what stands on it need each other"
          + " to be there first; hold one of the two in a class of its own";

  private static final Pattern VERSIONED = Pattern.compile("(.+)\\.v([1-9][0-9]{0,8})");

  private final String name;
  private final Class<E> family;
  private final Map<String, Class<? extends E>> types;
  private final Map<String, Upcaster> upcasters;

  private Category(
      String name,
      Class<E> family,
      Map<String, Class<? extends E>> types,
      Map<String, Upcaster> upcasters) {
    this.name = name;
    this.family = family;
    this.types = Map.copyOf(types);
    this.upcasters = Map.copyOf(upcasters);
  }

  /**
   * A kind of stream.
   *
   * @param name what its streams are called before the first dash; it holds no dash itself, and
   *     does not begin with {@code $}
   * @param family what its events have in common
   * @param upcasters one for each stored name and version that was written before
   * @throws IllegalArgumentException naming the records without a stored name, a stored name that
   *     is given twice, and the versions from which no chain of upcasters leads to a record
   */
  public static <E> Category<E> of(String name, Class<E> family, Upcaster... upcasters) {
    if (name.isEmpty() || name.startsWith("$") || name.contains("-")) {
      throw new IllegalArgumentException(
          "a category is a word without a dash that does not begin with $: '" + name + "'");
    }
    Map<String, Class<? extends E>> types = new HashMap<>();
    records(family)
        .forEach(
            record -> {
              @Nullable Class<?> other = types.put(storedName(record), record);
              if (other != null) {
                throw new IllegalArgumentException(
                    record.getName() + " and " + other.getName() + " have the same stored name");
              }
            });
    Map<String, Upcaster> byName = new HashMap<>();
    for (Upcaster upcaster : upcasters) {
      String from = upcaster.from();
      checkName("an upcaster", from);
      if (types.containsKey(from) || byName.put(from, upcaster) != null) {
        throw new IllegalArgumentException("'" + from + "' is given twice");
      }
    }
    Category<E> category = new Category<>(name, family, types, byName);
    category.names().forEach(category::checkVersions);
    byName.keySet().forEach(from -> category.checkChain(from, List.of()));
    return category;
  }

  private static <E> Stream<Class<? extends E>> records(Class<? extends E> type) {
    return type.isSealed()
        ? Stream.of(type.getPermittedSubclasses())
            .flatMap(permitted -> Category.<E>records(permitted.asSubclass(type)))
            .distinct()
        : Stream.of(type);
  }

  private static String storedName(Class<?> record) {
    @Nullable Stored stored = record.getAnnotation(Stored.class);
    if (stored == null) {
      throw new IllegalArgumentException(
          record.isInterface()
              ? record.getName() + " is not sealed: nobody knows what its records are"
              : record.getName() + " has no stored name: give it one with @Stored(\"…\")");
    }
    checkName(record.getName(), stored.value());
    return stored.value();
  }

  private static void checkName(String whose, String name) {
    if (name.isEmpty() || name.startsWith("$") || name.startsWith(StoredEvent.RESERVED)) {
      throw new IllegalArgumentException(
          ("%s: a stored name is not empty, and begins neither with $, as those of the event store"
                  + " do, nor with %s, as those of Foldline do: '%s'")
              .formatted(whose, StoredEvent.RESERVED, name));
    }
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

  /** What its streams are called before the first dash. */
  public String name() {
    return name;
  }

  /**
   * The stream of the aggregate with this id.
   *
   * @throws Invalid if it is no id, see {@link StreamName#of}
   */
  public String stream(@Nullable String id) {
    return StreamName.of(name, id);
  }

  /** Whether a stream is one of its. */
  public boolean isOf(String stream) {
    return stream.startsWith(name)
        && stream.length() > name.length()
        && stream.charAt(name.length()) == '-';
  }

  /** What all its events have in common. */
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

  @Override
  public String toString() {
    return name;
  }
}
