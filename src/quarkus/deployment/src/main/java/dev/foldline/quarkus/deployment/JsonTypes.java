package dev.foldline.quarkus.deployment;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jboss.jandex.Type;
import org.jspecify.annotations.Nullable;

/**
 * Finds the classes of all that a value may hold. Quarkus's own search does not find the kinds of a
 * sealed interface that stands in a list, a map or an array only.
 */
final class JsonTypes {

  /** What Jackson, or whoever it is from, takes care of, or is not written at all. */
  private static final List<String> FOREIGN =
      List.of(
          "com.fasterxml.jackson.",
          "io.quarkus.",
          "io.smallrye.",
          "io.vertx.",
          "jakarta.",
          "java.",
          "javax.",
          "kotlin.",
          "org.eclipse.microprofile.",
          "org.reactivestreams.");

  private final IndexView index;
  private final Set<DotName> found = new TreeSet<>();
  private final Set<DotName> declared = new HashSet<>();

  private JsonTypes(IndexView index) {
    this.index = index;
  }

  /**
   * The classes of values of some types.
   *
   * @param index that knows a class which is in no index, too
   */
  static Set<DotName> of(Stream<Type> types, IndexView index) {
    JsonTypes all = new JsonTypes(index);
    types.forEach(all::declare);
    return all.found;
  }

  private void declare(Type type) {
    switch (type.kind()) {
      case CLASS -> declare(type.name());
      case PARAMETERIZED_TYPE -> {
        declare(type.name());
        type.asParameterizedType().arguments().forEach(this::declare);
      }
      case ARRAY -> declare(type.asArrayType().elementType());
      case WILDCARD_TYPE -> declare(type.asWildcardType().extendsBound());
      case TYPE_VARIABLE -> type.asTypeVariable().bounds().forEach(this::declare);
      case PRIMITIVE, VOID, UNRESOLVED_TYPE_VARIABLE, TYPE_VARIABLE_REFERENCE -> {}
    }
  }

  /** What is declared may be of any class that extends it, or implements it. */
  private void declare(DotName name) {
    @Nullable ClassInfo type = find(name);
    if (type != null && declared.add(name)) {
      Stream.of(
              type.permittedSubclasses(),
              names(index.getKnownDirectSubclasses(name)),
              names(index.getKnownDirectImplementations(name)),
              names(index.getKnownDirectSubinterfaces(name)))
          .flatMap(Collection::stream)
          .forEach(this::declare);
    }
  }

  private static List<DotName> names(Collection<ClassInfo> types) {
    return types.stream().map(ClassInfo::name).toList();
  }

  private @Nullable ClassInfo find(DotName name) {
    if (FOREIGN.stream().anyMatch(name.toString()::startsWith)) {
      return null;
    }
    @Nullable ClassInfo type = index.getClassByName(name);
    if (type != null && found.add(name)) {
      inherit(type);
      type.fields().stream()
          .filter(field -> !Modifier.isStatic(field.flags()))
          .forEach(field -> declare(field.type()));
      type.methods().forEach(this::look);
    }
    return type;
  }

  private void inherit(ClassInfo type) {
    Stream.concat(Stream.ofNullable(type.superClassType()), type.interfaceTypes().stream())
        .forEach(
            parent -> {
              find(parent.name());
              if (parent.kind() == Type.Kind.PARAMETERIZED_TYPE) {
                parent.asParameterizedType().arguments().forEach(this::declare);
              }
            });
  }

  /** What a method may be: a getter, or a creator that is given something else. */
  private void look(MethodInfo method) {
    if (method.hasDeclaredAnnotation(JsonCreator.class)) {
      method.parameterTypes().forEach(this::declare);
    } else if (method.parametersCount() == 0 && !Modifier.isStatic(method.flags())) {
      declare(method.returnType());
    }
  }
}
