package dev.foldline.quarkus.http;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.math.BigInteger;
import java.util.Map;
import java.util.stream.Stream;

/** Puts sums into a record. */
final class Totals {

  private Totals() {}

  /**
   * A record with the sums that are called as its components are.
   *
   * @throws ArithmeticException naming the sum that is too large for its component
   */
  static <T extends Record> T of(Class<T> type, Map<String, BigInteger> sums) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    Object[] values = Stream.of(components).map(component -> value(component, sums)).toArray();
    try {
      Constructor<T> canonical = type.getDeclaredConstructor(types);
      canonical.setAccessible(true);
      return canonical.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName() + " can't be made", e);
    }
  }

  private static Object value(RecordComponent component, Map<String, BigInteger> sums) {
    BigInteger sum = sums.getOrDefault(component.getName(), BigInteger.ZERO);
    if (component.getType() == BigInteger.class) {
      return sum;
    }
    if (component.getType() != long.class) {
      throw new IllegalArgumentException(
          component.getDeclaringRecord().getName()
              + "."
              + component.getName()
              + " is to hold a sum: make it a long or a BigInteger");
    }
    try {
      return sum.longValueExact();
    } catch (ArithmeticException e) {
      throw new ArithmeticException(component.getName() + " does not fit a long: it is " + sum);
    }
  }
}
