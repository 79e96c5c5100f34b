package dev.foldline.eventstoredb;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.AccessorNamingStrategy;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.DefaultAccessorNamingStrategy;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What Java says of records and sealed interfaces that Jackson does not ask. */
final class RecordRules extends JacksonAnnotationIntrospector {

  private static final long serialVersionUID = 1;

  private static final JsonTypeInfo.Value NAMED =
      JsonTypeInfo.Value.construct(
          JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, "@type", null, false, true);

  private static final Set<Class<?>> OPTIONALS =
      Set.of(Optional.class, OptionalInt.class, OptionalLong.class, OptionalDouble.class);

  /** A null stands only where {@code @Nullable} does. */
  @Override
  public JsonSetter.Value findSetterInfo(Annotated member) {
    return member instanceof AnnotatedParameter parameter
            && isComponent(parameter)
            && !parameter.getRawType().isPrimitive()
        ? nulls(parameter.getDeclaringClass().getRecordComponents()[parameter.getIndex()])
        : super.findSetterInfo(member);
  }

  private static boolean isComponent(AnnotatedParameter parameter) {
    Class<?> type = parameter.getDeclaringClass();
    return type.isRecord()
        && type.getRecordComponents().length == parameter.getOwner().getParameterCount();
  }

  private static JsonSetter.Value nulls(RecordComponent component) {
    AnnotatedType type = component.getAnnotatedType();
    boolean mayBeNull =
        OPTIONALS.contains(component.getType()) || isNullable(component) || isNullable(type);
    return JsonSetter.Value.construct(
        mayBeNull ? Nulls.DEFAULT : Nulls.FAIL,
        contents(type).anyMatch(RecordRules::isNullable) ? Nulls.DEFAULT : Nulls.FAIL);
  }

  private static Stream<AnnotatedType> contents(AnnotatedType type) {
    return switch (type) {
      case AnnotatedParameterizedType generic ->
          Arrays.stream(generic.getAnnotatedActualTypeArguments())
              .flatMap(argument -> Stream.concat(Stream.of(argument), contents(argument)));
      case AnnotatedArrayType array -> Stream.of(array.getAnnotatedGenericComponentType());
      default -> Stream.empty();
    };
  }

  private static boolean isNullable(AnnotatedElement element) {
    return Arrays.stream(element.getAnnotations())
        .anyMatch(annotation -> annotation.annotationType().getSimpleName().equals("Nullable"));
  }

  /** What is declared as a sealed interface is told by the name of its record. */
  @Override
  public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(
      MapperConfig<?> config, Annotated type) {
    JsonTypeInfo.@Nullable Value own = super.findPolymorphicTypeInfo(config, type);
    return own == null && isSealed(type.getRawType()) ? NAMED : own;
  }

  @Override
  public @Nullable List<NamedType> findSubtypes(Annotated type) {
    @Nullable List<NamedType> own = super.findSubtypes(type);
    return own == null && isSealed(type.getRawType())
        ? leaves(type.getRawType()).map(leaf -> new NamedType(leaf, name(leaf))).toList()
        : own;
  }

  static boolean isSealed(Class<?> type) {
    return type.isInterface() && type.isSealed();
  }

  /** What is in the end permitted by a sealed interface. */
  static Stream<Class<?>> leaves(Class<?> type) {
    return isSealed(type)
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(RecordRules::leaves).distinct()
        : Stream.of(type);
  }

  /** By what a record of a sealed interface is told. */
  static String name(Class<?> leaf) {
    return leaf.getSimpleName();
  }

  /** A record is its components, whatever getters it has beside them. */
  static final class ComponentsOnly extends DefaultAccessorNamingStrategy.Provider {

    private static final long serialVersionUID = 1;

    @Override
    public AccessorNamingStrategy forRecord(MapperConfig<?> config, AnnotatedClass type) {
      Set<String> components =
          Stream.of(type.getRawType().getRecordComponents())
              .map(RecordComponent::getName)
              .collect(toSet());
      return new DefaultAccessorNamingStrategy.RecordNaming(config, type) {
        @Override
        public @Nullable String findNameForIsGetter(AnnotatedMethod method, String name) {
          return null;
        }

        @Override
        public @Nullable String findNameForRegularGetter(AnnotatedMethod method, String name) {
          return components.contains(name) ? name : null;
        }
      };
    }
  }
}
