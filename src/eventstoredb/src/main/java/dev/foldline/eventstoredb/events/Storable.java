package dev.foldline.eventstoredb.events;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toMap;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import dev.foldline.core.Category;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether what the records of a family, or states, hold can be stored at all, and read again. */
public final class Storable {

  private static final Set<Class<?>> VALUES =
      Set.of(
          Boolean.class,
          Byte.class,
          Short.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class,
          Character.class,
          String.class,
          BigInteger.class,
          BigDecimal.class,
          OptionalInt.class,
          OptionalLong.class,
          OptionalDouble.class,
          UUID.class,
          URI.class,
          Locale.class,
          Currency.class,
          Duration.class,
          Instant.class,
          LocalDate.class,
          LocalDateTime.class,
          LocalTime.class,
          MonthDay.class,
          OffsetDateTime.class,
          OffsetTime.class,
          Period.class,
          Year.class,
          YearMonth.class,
          ZonedDateTime.class,
          ZoneId.class,
          ZoneOffset.class);

  private static final Set<Class<?>> KEYS =
      Set.of(String.class, Integer.class, Long.class, UUID.class, LocalDate.class, Instant.class);

  private static final Set<Class<?>> CONTAINERS =
      Set.of(
          Optional.class,
          Collection.class,
          List.class,
          Set.class,
          SortedSet.class,
          NavigableSet.class,
          Map.class,
          SortedMap.class,
          NavigableMap.class);

  private final Class<?> family;
  private final Set<JavaType> seen = new HashSet<>();

  private Storable(Class<?> family) {
    this.family = family;
  }

  /**
   * @throws IllegalArgumentException naming the family, the record and the component that can't be
   *     stored, and what to do
   */
  static void check(Category<?> category) {
    Storable family = new Storable(category.family());
    for (Class<?> event : category.types().values()) {
      JavaType type = Json.MAPPER.constructType(event);
      if (!event.isRecord()) {
        throw family.error(event.getSimpleName(), type, "make it a record");
      }
      family.checkComponents(type);
    }
  }

  /**
   * Passes where states can be stored at all, and read again.
   *
   * @param states all of a decider: a record, or a sealed interface of records
   * @throws IllegalArgumentException naming the component that can't be stored, and what to do
   */
  public static void check(Class<?> states) {
    new Storable(states).check(Json.MAPPER.constructType(states), states.getSimpleName());
  }

  private void checkComponents(JavaType type) {
    if (!seen.add(type)) {
      return;
    }
    checkProperties(type);
    Class<?> holder = type.getRawClass();
    for (RecordComponent component : holder.getRecordComponents()) {
      check(
          Json.MAPPER
              .getTypeFactory()
              .resolveMemberType(component.getGenericType(), type.getBindings()),
          holder.getSimpleName() + "." + component.getName());
    }
  }

  /** Annotations may keep a component from being written or read, or add what is none. */
  private void checkProperties(JavaType type) {
    BeanDescription writing = Json.MAPPER.getSerializationConfig().introspect(type);
    BeanDescription reading = Json.MAPPER.getDeserializationConfig().introspect(type);
    if (writing.findJsonValueAccessor() != null || isDelegated(reading)) {
      return;
    }
    Set<String> components =
        Stream.of(type.getRawClass().getRecordComponents())
            .map(RecordComponent::getName)
            .collect(toCollection(LinkedHashSet::new));
    Map<String, String> written =
        names(writing, property -> property.hasGetter() || property.hasField());
    Map<String, String> read = names(reading, BeanPropertyDefinition::hasConstructorParameter);
    String holder = type.getRawClass().getSimpleName() + ".";
    if (!written.keySet().equals(read.keySet()) || written.size() != components.size()) {
      throw error(
          Stream.of(components, written.values(), read.values())
              .flatMap(Collection::stream)
              .filter(
                  name ->
                      !(components.contains(name)
                          && written.containsValue(name)
                          && read.containsValue(name)))
              .findFirst()
              .map(name -> holder + name)
              .orElse(holder),
          "not both written and read",
          "a record is its components, so take annotations away that hide one or add another");
    }
    for (BeanPropertyDefinition property : reading.findProperties()) {
      if (!isReadAsWritten(property)) {
        throw error(
            holder + property.getInternalName(),
            "written in a shape that is not read",
            "take the shape of its @JsonFormat away");
      }
    }
  }

  private static boolean isDelegated(BeanDescription type) {
    return Stream.concat(
            Stream.of(type.getBeanClass().getDeclaredConstructors()),
            Stream.of(type.getBeanClass().getDeclaredMethods()))
        .map(creator -> creator.getAnnotation(JsonCreator.class))
        .anyMatch(creator -> creator != null && creator.mode() == JsonCreator.Mode.DELEGATING);
  }

  /** The names in JSON, each with that in the code. */
  private static Map<String, String> names(
      BeanDescription type, Predicate<BeanPropertyDefinition> filter) {
    return type.findProperties().stream()
        .filter(filter)
        .collect(toMap(BeanPropertyDefinition::getName, BeanPropertyDefinition::getInternalName));
  }

  private static boolean isReadAsWritten(BeanPropertyDefinition property) {
    JsonFormat.@Nullable Value format =
        Json.MAPPER
            .getDeserializationConfig()
            .getAnnotationIntrospector()
            .findFormat(property.getPrimaryMember());
    return format == null
        || format.getShape() == JsonFormat.Shape.ANY
        || (format.getShape() == JsonFormat.Shape.STRING
            && RecordRules.isTime(property.getPrimaryType()));
  }

  private void check(JavaType type, String component) {
    Class<?> raw = type.getRawClass();
    if (raw.isPrimitive() || raw.isEnum() || VALUES.contains(raw)) {
      return;
    }
    if (CONTAINERS.contains(raw)) {
      @Nullable JavaType key = type.getKeyType();
      if (key != null && !key.isEnumType() && !KEYS.contains(key.getRawClass())) {
        throw error(
            component,
            key,
            "the key of a map is a text, a whole number, a UUID, an enum, a date or an instant");
      }
      check(type.getContentType(), component);
    } else if (raw.isRecord()) {
      checkComponents(type);
    } else if (RecordRules.isSealed(raw)) {
      checkLeaves(type, component);
    } else if (raw.isArray()) {
      throw error(component, type, "arrays are compared by identity: make it a list, or a text");
    } else {
      throw error(
          component,
          type,
          "name a record, a sealed interface of records, an enum, a list, set, map or optional of"
              + " them, a text, a number or a time of java.time");
    }
  }

  private void checkLeaves(JavaType type, String component) {
    Map<String, Class<?>> names = new HashMap<>();
    for (Class<?> leaf : RecordRules.leaves(type.getRawClass()).toList()) {
      if (!leaf.isRecord()) {
        throw error(
            component, type, "it may be a " + leaf.getTypeName() + ", which is to be a record");
      }
      @Nullable Class<?> other = names.put(RecordRules.name(leaf), leaf);
      if (other != null && !RecordRules.areNamedByUsers(type.getRawClass())) {
        throw error(
            component,
            type,
            "its records are told by their simple names, so rename, or give a @JsonTypeName to, "
                + leaf.getTypeName()
                + " or "
                + other.getTypeName());
      }
      checkComponents(Json.MAPPER.getTypeFactory().constructSpecializedType(type, leaf));
    }
  }

  private IllegalArgumentException error(String component, JavaType type, String advice) {
    return error(component, "a " + type.toCanonical(), advice);
  }

  private IllegalArgumentException error(String component, String what, String advice) {
    return new IllegalArgumentException(
        family.getName() + " can't be stored: " + component + " is " + what + "; " + advice);
  }
}
