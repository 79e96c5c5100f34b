package dev.foldline.eventstoredb.events;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.AccessorNamingStrategy;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.DefaultAccessorNamingStrategy;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
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

  /** Where a pattern of a time is not in quotes: what follows has them in pairs. */
  private static final String UNQUOTED = "(?=(?:[^']*'[^']*')*[^']*$)";

  private static final Pattern ERA = Pattern.compile("G" + UNQUOTED);
  private static final Pattern YEAR_OF_ERA = Pattern.compile("y" + UNQUOTED);

  /** A year in a pattern needs no era beside it: {@code yyyy} is what users write. */
  @Override
  public JsonFormat.@Nullable Value findFormat(Annotated member) {
    JsonFormat.@Nullable Value own = super.findFormat(member);
    return own != null
            && own.hasPattern()
            && isTime(member.getType())
            && !ERA.matcher(own.getPattern()).find()
        ? own.withPattern(YEAR_OF_ERA.matcher(own.getPattern()).replaceAll("u"))
        : own;
  }

  /** Whether it is of {@code java.time}, or what it contains is. */
  static boolean isTime(JavaType type) {
    @Nullable JavaType content = type.getContentType();
    return content == null
        ? type.getRawClass().getPackage() == Instant.class.getPackage()
        : isTime(content);
  }

  /** A null stands only where {@code @Nullable} does, or what the user's own annotation says. */
  @Override
  public JsonSetter.Value findSetterInfo(Annotated member) {
    JsonSetter.Value own = super.findSetterInfo(member);
    return member instanceof AnnotatedParameter parameter
            && parameter.getDeclaringClass().isRecord()
            && !parameter.getRawType().isPrimitive()
        ? nulls(parameter).withOverrides(own)
        : own;
  }

  private static JsonSetter.Value nulls(AnnotatedParameter parameter) {
    Declared declared = Declared.of(parameter);
    boolean mayBeNull =
        OPTIONALS.contains(parameter.getRawType())
            || Declared.isNullable(declared.element())
            || Declared.isNullable(declared.type());
    return JsonSetter.Value.construct(
        mayBeNull ? Nulls.DEFAULT : Nulls.FAIL,
        declared.contents().anyMatch(Declared::isNullable) ? Nulls.DEFAULT : Nulls.FAIL);
  }

  /**
   * Jackson has one rule for contents at all depths: where they differ, they are looked through.
   */
  @Override
  public @Nullable Object findDeserializationConverter(Annotated member) {
    @Nullable Object own = super.findDeserializationConverter(member);
    return own == null
            && member instanceof AnnotatedParameter parameter
            && parameter.getDeclaringClass().isRecord()
            && Declared.of(parameter).contents().map(Declared::isNullable).distinct().count() > 1
        ? new NullsByDepth(parameter.getType(), Declared.of(parameter).type())
        : own;
  }

  /** What is declared as a sealed interface is told by the name of its record. */
  @Override
  public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(
      MapperConfig<?> config, Annotated type) {
    JsonTypeInfo.@Nullable Value own = super.findPolymorphicTypeInfo(config, type);
    return own == null
            && isSealed(type.getRawType())
            && !type.getRawType().isAnnotationPresent(JsonTypeInfo.class)
        ? NAMED
        : own;
  }

  @Override
  public @Nullable List<NamedType> findSubtypes(Annotated type) {
    @Nullable List<NamedType> own = super.findSubtypes(type);
    return own == null && isSealed(type.getRawType()) && !areNamedByUsers(type.getRawType())
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

  /** Whether users name the records of a sealed interface themselves. */
  static boolean areNamedByUsers(Class<?> type) {
    return type.isAnnotationPresent(JsonSubTypes.class);
  }

  /** By what a record of a sealed interface is told. */
  static String name(Class<?> leaf) {
    @Nullable JsonTypeName own = leaf.getAnnotation(JsonTypeName.class);
    return own == null || own.value().isEmpty() ? leaf.getSimpleName() : own.value();
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
