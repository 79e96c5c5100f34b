package dev.foldline.eventstoredb;

import com.fasterxml.jackson.databind.JavaType;
import dev.foldline.core.EventTypes;
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
import org.jspecify.annotations.Nullable;

/** Whether what the records of a family hold can be stored at all, and read again. */
final class Storable {

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
  static void check(EventTypes<?> types) {
    Storable family = new Storable(types.family());
    for (Class<?> event : types.types().values()) {
      JavaType type = Json.MAPPER.constructType(event);
      if (!event.isRecord()) {
        throw family.error(event.getSimpleName(), type, "make it a record");
      }
      family.checkComponents(type);
    }
  }

  private void checkComponents(JavaType type) {
    if (!seen.add(type)) {
      return;
    }
    Class<?> holder = type.getRawClass();
    for (RecordComponent component : holder.getRecordComponents()) {
      check(
          Json.MAPPER
              .getTypeFactory()
              .resolveMemberType(component.getGenericType(), type.getBindings()),
          holder.getSimpleName() + "." + component.getName());
    }
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
      if (other != null) {
        throw error(
            component,
            type,
            "its records are told by their simple names, so rename "
                + leaf.getTypeName()
                + " or "
                + other.getTypeName());
      }
      checkComponents(Json.MAPPER.getTypeFactory().constructSpecializedType(type, leaf));
    }
  }

  private IllegalArgumentException error(String component, JavaType type, String advice) {
    return new IllegalArgumentException(
        family.getName()
            + " can't be stored: "
            + component
            + " is a "
            + type.toCanonical()
            + "; "
            + advice);
  }
}
