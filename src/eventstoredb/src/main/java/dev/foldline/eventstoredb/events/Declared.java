package dev.foldline.eventstoredb.events;

import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the code says of a value from which a record is made.
 *
 * @param element the component, or the parameter of another creator
 * @param type its type
 */
record Declared(AnnotatedElement element, AnnotatedType type) {

  static Declared of(AnnotatedParameter parameter) {
    int index = parameter.getIndex();
    Executable creator = (Executable) parameter.getOwner().getMember();
    RecordComponent[] components = parameter.getDeclaringClass().getRecordComponents();
    return isCanonical(creator, components)
        ? new Declared(components[index], components[index].getAnnotatedType())
        : new Declared(creator.getParameters()[index], creator.getAnnotatedParameterTypes()[index]);
  }

  private static boolean isCanonical(Executable creator, RecordComponent[] components) {
    return creator instanceof Constructor<?>
        && Arrays.equals(
            creator.getParameterTypes(),
            Stream.of(components).map(RecordComponent::getType).toArray());
  }

  /** The types of what it contains, and of what that contains, from the outermost on. */
  Stream<AnnotatedType> contents() {
    return Stream.iterate(content(type), content -> content != null, Declared::content);
  }

  /** What is in a list, set, array or optional, or the values of a map. */
  static @Nullable AnnotatedType content(AnnotatedType type) {
    return switch (type) {
      case AnnotatedParameterizedType generic ->
          Arrays.asList(generic.getAnnotatedActualTypeArguments()).getLast();
      case AnnotatedArrayType array -> array.getAnnotatedGenericComponentType();
      default -> null;
    };
  }

  static boolean isNullable(AnnotatedElement element) {
    return Arrays.stream(element.getAnnotations())
        .anyMatch(annotation -> annotation.annotationType().getSimpleName().equals("Nullable"));
  }
}
