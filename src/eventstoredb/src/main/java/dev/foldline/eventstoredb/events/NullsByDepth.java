package dev.foldline.eventstoredb.events;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.Converter;
import dev.foldline.core.Invalid;
import java.lang.reflect.AnnotatedType;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sees that in lists of lists, maps of lists and the like a null stands only where it may. */
final class NullsByDepth implements Converter<Object, Object> {

  private final JavaType type;
  private final AnnotatedType declared;

  NullsByDepth(JavaType type, AnnotatedType declared) {
    this.type = type;
    this.declared = declared;
  }

  /**
   * @return the same value
   * @throws Invalid naming where in the value a null stands
   */
  @Override
  public Object convert(Object value) {
    check("", value, declared);
    return value;
  }

  private static void check(String path, @Nullable Object holder, AnnotatedType declared) {
    @Nullable AnnotatedType content = Declared.content(declared);
    if (content == null) {
      return;
    }
    switch (holder) {
      case Map<?, ?> map ->
          map.forEach(
              (key, value) ->
                  checkContent(path.isEmpty() ? "" + key : path + "." + key, value, content));
      case Collection<?> values -> {
        int index = 0;
        for (Object value : values) {
          checkContent(path + "[" + index++ + "]", value, content);
        }
      }
      case Optional<?> optional -> check(path, optional.orElse(null), content);
      case null, default -> {}
    }
  }

  private static void checkContent(String path, @Nullable Object value, AnnotatedType declared) {
    if (value == null && !Declared.isNullable(declared)) {
      throw new Invalid(path, path + " must be given");
    }
    check(path, value, declared);
  }

  @Override
  public JavaType getInputType(TypeFactory types) {
    return type;
  }

  @Override
  public JavaType getOutputType(TypeFactory types) {
    return type;
  }
}
