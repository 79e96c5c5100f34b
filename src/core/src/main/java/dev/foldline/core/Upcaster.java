package dev.foldline.core;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Turns one stored shape that is written no more into what is written today, or into the next
 * version on the way there. A pure function; what it throws makes the event unknown.
 *
 * @param from the stored name with its version, such as {@code order-placed} or {@code
 *     order-placed.v2}
 * @param to the names that it may turn into, so that a chain can be checked before it is used
 * @param upcast from the old data, which it may change, to one or more shapes in their order
 */
public record Upcaster(
    String from, Set<String> to, Function<Map<String, Object>, List<Shape>> upcast) {

  public Upcaster {
    to = Set.copyOf(to);
    if (to.isEmpty()) {
      throw new IllegalArgumentException("'" + from + "' must turn into something");
    }
  }

  /** From one version to the next: {@code order-placed.v2} is followed by {@code .v3}. */
  public static Upcaster toNext(String from, UnaryOperator<Map<String, Object>> upcast) {
    String next = Category.next(from);
    return new Upcaster(from, Set.of(next), data -> List.of(new Shape(next, upcast.apply(data))));
  }

  List<Shape> apply(Map<String, Object> data) {
    List<Shape> shapes = upcast.apply(data);
    if (shapes.isEmpty() || !shapes.stream().map(Shape::type).allMatch(to::contains)) {
      throw new IllegalStateException(
          "the upcaster of '" + from + "' made " + shapes + " where only " + to + " may come");
    }
    return shapes;
  }
}
