package dev.foldline.eventstoredb.events;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where two values that should be equal are not. */
final class Difference {

  private Difference() {}

  /** The path to it, such as {@code items[0].at}; empty where it is in the values themselves. */
  static String between(@Nullable Object one, @Nullable Object other) {
    String path = path(one, other);
    return path.startsWith(".") ? path.substring(1) : path;
  }

  private static String path(@Nullable Object one, @Nullable Object other) {
    if (one instanceof Record && other != null && one.getClass() == other.getClass()) {
      for (RecordComponent component : one.getClass().getRecordComponents()) {
        @Nullable Object first = value(component, one);
        @Nullable Object second = value(component, other);
        if (!same(first, second)) {
          return "." + component.getName() + path(first, second);
        }
      }
    } else if (one instanceof List<?> first && other instanceof List<?> second) {
      for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
        if (!same(first.get(i), second.get(i))) {
          return "[" + i + "]" + path(first.get(i), second.get(i));
        }
      }
    }
    return "";
  }

  /** Whether two values are equal. Those that can't be compared are not. */
  static boolean same(@Nullable Object one, @Nullable Object other) {
    try {
      return Objects.equals(one, other);
    } catch (RuntimeException _) {
      return false;
    }
  }

  /** What can't be told is equal to nothing else. */
  private static @Nullable Object value(RecordComponent component, Object holder) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(holder);
    } catch (ReflectiveOperationException _) {
      return new Object();
    }
  }
}
