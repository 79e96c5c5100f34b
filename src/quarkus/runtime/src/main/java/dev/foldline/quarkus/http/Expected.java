package dev.foldline.quarkus.http;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.foldline.eventstoredb.events.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Says in plain words what would have been right in the place of what can't be read. */
final class Expected {

  private static final String A_TIME = "a time such as 2026-01-31T12:00:00Z";
  private static final String A_WHOLE_NUMBER = "a whole number";
  private static final String A_NUMBER = "a number";

  private static final Map<Class<?>, String> WORDS =
      Map.ofEntries(
          Map.entry(byte.class, A_WHOLE_NUMBER),
          Map.entry(Byte.class, A_WHOLE_NUMBER),
          Map.entry(short.class, A_WHOLE_NUMBER),
          Map.entry(Short.class, A_WHOLE_NUMBER),
          Map.entry(int.class, A_WHOLE_NUMBER),
          Map.entry(Integer.class, A_WHOLE_NUMBER),
          Map.entry(OptionalInt.class, A_WHOLE_NUMBER),
          Map.entry(long.class, A_WHOLE_NUMBER),
          Map.entry(Long.class, A_WHOLE_NUMBER),
          Map.entry(OptionalLong.class, A_WHOLE_NUMBER),
          Map.entry(BigInteger.class, A_WHOLE_NUMBER),
          Map.entry(float.class, A_NUMBER),
          Map.entry(Float.class, A_NUMBER),
          Map.entry(double.class, A_NUMBER),
          Map.entry(Double.class, A_NUMBER),
          Map.entry(OptionalDouble.class, A_NUMBER),
          Map.entry(BigDecimal.class, A_NUMBER),
          Map.entry(boolean.class, "true or false"),
          Map.entry(Boolean.class, "true or false"),
          Map.entry(char.class, "a single character"),
          Map.entry(Character.class, "a single character"),
          Map.entry(String.class, "a text"),
          Map.entry(UUID.class, "a UUID such as 123e4567-e89b-12d3-a456-426614174000"),
          Map.entry(URI.class, "a URI"),
          Map.entry(Instant.class, A_TIME),
          Map.entry(OffsetDateTime.class, A_TIME),
          Map.entry(ZonedDateTime.class, A_TIME),
          Map.entry(LocalDateTime.class, "a date and time such as 2026-01-31T12:00:00"),
          Map.entry(LocalDate.class, "a date such as 2026-01-31"),
          Map.entry(LocalTime.class, "a time of day such as 12:00:00"),
          Map.entry(YearMonth.class, "a month such as 2026-01"),
          Map.entry(Duration.class, "a duration such as PT15M"));

  private Expected() {}

  /** What is said of the field, as the rest of a sentence that begins with its name. */
  static String of(JsonMappingException e) {
    if (e.getCause() instanceof InputCoercionException) {
      return "is out of range";
    } else if (e instanceof InvalidTypeIdException) {
      return "must say under @type which of its kinds it is";
    } else if (e instanceof InvalidNullException) {
      return "must be given";
    }
    @Nullable Class<?> type =
        e instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
    @Nullable String words = type == null ? null : words(type);
    if (type == null || words == null) {
      return "is malformed or has the wrong type";
    }
    return (type.isPrimitive() ? "must be given, as " : "must be ") + pattern(e).orElse(words);
  }

  /** The form of a time that a record's component declares for itself. */
  private static Optional<String> pattern(JsonMappingException e) {
    return e.getPath().reversed().stream()
        .filter(step -> step.getFieldName() != null)
        .findFirst()
        .filter(step -> step.getFrom() instanceof Class<?> type && type.isRecord())
        .flatMap(
            step ->
                Stream.of(((Class<?>) step.getFrom()).getRecordComponents())
                    .filter(component -> component.getName().equals(step.getFieldName()))
                    .map(component -> component.getAccessor().getAnnotation(JsonFormat.class))
                    .filter(format -> format != null && !format.pattern().isEmpty())
                    .findFirst())
        .map(format -> "a text in the form " + format.pattern());
  }

  private static @Nullable String words(Class<?> type) {
    if (type.isEnum()) {
      return "one of "
          + Stream.of(type.getEnumConstants())
              .map(constant -> Json.MAPPER.convertValue(constant, String.class))
              .collect(Collectors.joining(", "));
    } else if (Collection.class.isAssignableFrom(type)) {
      return "a list";
    } else if (Map.class.isAssignableFrom(type) || type.isRecord() || type.isSealed()) {
      return "an object";
    } else {
      return WORDS.get(type);
    }
  }
}
