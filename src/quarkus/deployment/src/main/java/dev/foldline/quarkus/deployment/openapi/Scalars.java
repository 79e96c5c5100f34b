package dev.foldline.quarkus.deployment.openapi;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.jspecify.annotations.Nullable;

/** The schemas of values that are no objects and no lists, as they are read. */
final class Scalars {

  /** Each that is one in every year. */
  private static final String DAY =
      "((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|1\\d|2[0-8]))";

  private static final String TIME_OF_DAY = "([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,9})?)?";

  private static final Map<Class<?>, Supplier<Schema>> OF =
      Map.ofEntries(
          entry(boolean.class, () -> of(SchemaType.BOOLEAN)),
          entry(Boolean.class, () -> of(SchemaType.BOOLEAN)),
          entry(byte.class, () -> whole(Byte.MIN_VALUE, Byte.MAX_VALUE)),
          entry(Byte.class, () -> whole(Byte.MIN_VALUE, Byte.MAX_VALUE)),
          entry(short.class, () -> whole(Short.MIN_VALUE, Short.MAX_VALUE)),
          entry(Short.class, () -> whole(Short.MIN_VALUE, Short.MAX_VALUE)),
          entry(int.class, Scalars::int32),
          entry(Integer.class, Scalars::int32),
          entry(OptionalInt.class, Scalars::int32),
          entry(long.class, Scalars::int64),
          entry(Long.class, Scalars::int64),
          entry(OptionalLong.class, Scalars::int64),
          entry(BigInteger.class, () -> of(SchemaType.INTEGER)),
          entry(float.class, () -> of(SchemaType.NUMBER).format("float")),
          entry(Float.class, () -> of(SchemaType.NUMBER).format("float")),
          entry(double.class, () -> of(SchemaType.NUMBER).format("double")),
          entry(Double.class, () -> of(SchemaType.NUMBER).format("double")),
          entry(OptionalDouble.class, () -> of(SchemaType.NUMBER).format("double")),
          entry(BigDecimal.class, () -> of(SchemaType.NUMBER)),
          entry(char.class, () -> text().minLength(1).maxLength(1)),
          entry(Character.class, () -> text().minLength(1).maxLength(1)),
          entry(String.class, Scalars::text),
          entry(UUID.class, () -> text().format("uuid")),
          entry(URI.class, () -> text().format("uri-reference")),
          entry(URL.class, () -> text().format("uri")),
          entry(Instant.class, () -> text().format("date-time")),
          entry(OffsetDateTime.class, () -> text().format("date-time")),
          entry(ZonedDateTime.class, () -> text().format("date-time")),
          entry(LocalDate.class, () -> text().format("date")),
          entry(OffsetTime.class, () -> text().format("time")),
          entry(
              LocalDateTime.class,
              () -> text().pattern("^\\d{4}-" + DAY + "T" + TIME_OF_DAY + "$")),
          entry(LocalTime.class, () -> text().pattern("^" + TIME_OF_DAY + "$")),
          entry(YearMonth.class, () -> text().pattern("^\\d{4}-(0[1-9]|1[0-2])$")),
          entry(MonthDay.class, () -> text().pattern("^--" + DAY + "$")),
          entry(Year.class, () -> of(SchemaType.INTEGER)),
          entry(
              Duration.class,
              () ->
                  text()
                      .format("duration")
                      .pattern(
                          "^P(?=.)(\\d{1,9}D)?"
                              + "(T(?=.)(\\d{1,9}H)?(\\d{1,9}M)?(\\d{1,9}(\\.\\d{1,9})?S)?)?$")),
          entry(byte[].class, () -> text().contentEncoding("base64")),
          entry(Object.class, OASFactory::createSchema));

  private Scalars() {}

  /** That of a class; none if its values are something else. */
  static @Nullable Schema of(Class<?> type) {
    return JsonNode.class.equals(type)
        ? OASFactory.createSchema()
        : OF.getOrDefault(type, () -> null).get();
  }

  /** One of its type alone. */
  static Schema of(SchemaType type) {
    return OASFactory.createSchema().addType(type);
  }

  static Schema text() {
    return of(SchemaType.STRING);
  }

  private static Schema int32() {
    return whole(Integer.MIN_VALUE, Integer.MAX_VALUE).format("int32");
  }

  private static Schema int64() {
    return whole(Long.MIN_VALUE, Long.MAX_VALUE).format("int64");
  }

  private static Schema whole(long least, long most) {
    return of(SchemaType.INTEGER)
        .minimum(BigDecimal.valueOf(least))
        .maximum(BigDecimal.valueOf(most));
  }
}
