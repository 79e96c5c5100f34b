package dev.foldline.quarkus.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonFormat;
import dev.foldline.core.Invalid;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import jakarta.validation.Valid;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The input of a function")
class InputReaderTest {

  record Order(
      String id,
      List<@Valid Item> items,
      Set<String> tags,
      Map<String, BigDecimal> prices,
      Payment by,
      @Nullable String note,
      List<@Nullable String> notes,
      Optional<Instant> due) {}

  record Item(
      @Size(max = 5, message = "must be short") String sku, OffsetDateTime at, long pieces) {}

  sealed interface Payment {
    record Cash(BigDecimal amount) implements Payment {}

    record Card(String number) implements Payment {}
  }

  record Page(String account, OptionalLong from, Optional<Instant> at, int limit) {}

  record Booking(
      @JsonFormat(pattern = "yyyy-MM-dd HH:mm:ssXXX") Instant from,
      @JsonFormat(shape = JsonFormat.Shape.STRING, pattern = "dd.MM.yyyy") LocalDate day,
      @JsonFormat(pattern = "yyyyMMddHHmmss", timezone = "UTC") Optional<Instant> stamp,
      @JsonFormat(pattern = "d MMMM yyyy 'yy'", locale = "en") List<LocalDate> more,
      OffsetDateTime at) {}

  private static final String BOOKING =
      """
      {"from":"2026-01-31 12:00:00+02:00","day":"28.02.2026","stamp":"20260131120000",\
      "more":["1 May 2026 yy"],"at":"2026-01-31t12:00:00z"}""";

  record Transfer(String from, String to, List<Part> parts) {
    Transfer {
      if (from.equals(to)) {
        throw new Invalid("to", "to must be another account");
      }
      if (parts.isEmpty()) {
        throw new IllegalArgumentException("no parts of dev.foldline.Secret");
      }
    }
  }

  record Part(long cents) {
    Part {
      if (cents == 0) {
        throw new Invalid("cents", "cents must not be 0");
      }
      if (cents < 0) {
        throw new IllegalArgumentException("below zero");
      }
      if (cents > 100) {
        throw new Invalid("", "it is too much");
      }
    }
  }

  private static final String ORDER =
      """
      {"id":"ä 1","items":[{"sku":"lamp","at":"2026-01-31T12:00:00+02:00","pieces":2}],\
      "tags":["a"],"prices":{"lamp":1.10},"by":{"@type":"Cash","amount":1E+3},"notes":[null]}""";

  private static final Validator VALIDATOR =
      Validation.buildDefaultValidatorFactory().getValidator();

  private static Object order(String body) {
    return read(Order.class, body);
  }

  private static Object read(Class<?> type, String body) {
    return new InputReader(type, VALIDATOR).fromBody(Buffer.buffer(body));
  }

  @Test
  void is_read_as_it_was_written() {
    assertThat(order(ORDER))
        .isEqualTo(
            new Order(
                "ä 1",
                List.of(new Item("lamp", OffsetDateTime.parse("2026-01-31T12:00:00+02:00"), 2)),
                Set.of("a"),
                Map.of("lamp", new BigDecimal("1.10")),
                new Payment.Cash(new BigDecimal("1E+3")),
                null,
                java.util.Collections.singletonList(null),
                Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "lamp"             | null               | items[0].sku     | must be given
          "lamp"             | 7                  | items[0].sku     | must be a text
          "lamp"             | "a long name"      | items[0].sku     | must be short
          "sku":"lamp",      | ``                 | items[0].sku     | must be given
          "pieces":2         | "pieces":2.5       | items[0].pieces  | must be given, as a whole number
          "pieces":2         | "pieces":null      | items[0].pieces  | must be given, as a whole number
          "pieces":2         | "pieces":2,"a":1   | items[0].a       | is unknown here
          "2026-01-31T12:00:00+02:00" | 1769860800 | items[0].at     | must be a time such as 2026-01-31T12:00:00Z
          [{"sku"            | [null,{"sku"       | items[0]         | must be given
          "id":"ä 1",        | ``                 | id               | must be given
          "id":"ä 1"         | "id":null          | id               | must be given
          ["a"]              | ["a",null]         | tags[1]          | must be given
          ["a"]              | ["a",true]         | tags[1]          | must be a text
          ["a"]              | null               | tags             | must be given
          "lamp":1.10        | "lamp":null        | prices.lamp      | must be given
          "lamp":1.10        | "lamp":"1.10"      | prices.lamp      | has the wrong type
          "amount":1E+3      | "amount":null      | by.amount        | must be given
          "@type":"Cash"     | "@type":"Cheque"   | by               | is malformed or out of range
          """)
  void names_the_field_that_is_wrong(String right, String wrong, String field, String what) {
    String body = ORDER.replace(right, wrong);

    assertThat(body).isNotEqualTo(ORDER);
    assertThatThrownBy(() -> order(body))
        .isInstanceOfSatisfying(
            Invalid.class,
            e -> {
              assertThat(e.field()).isEqualTo(field);
              assertThat(e.detail()).isEqualTo(field + " " + what);
            });
  }

  @Test
  void has_times_in_patterns_of_its_own() {
    assertThat(read(Booking.class, BOOKING))
        .isEqualTo(
            new Booking(
                Instant.parse("2026-01-31T10:00:00Z"),
                LocalDate.of(2026, 2, 28),
                Optional.of(Instant.parse("2026-01-31T12:00:00Z")),
                List.of(LocalDate.of(2026, 5, 1)),
                OffsetDateTime.parse("2026-01-31T12:00:00Z")));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-31 12,2026-01-31T12,from",
    "28.02.2026,30.02.2026,day",
    "28.02.2026,2026-02-28,day",
    "1 May,31 April,more[0]",
    "2026-01-31t12:00:00z,1769860800,at"
  })
  void has_no_times_that_are_guessed(String right, String wrong, String field) {
    String body = BOOKING.replace(right, wrong);

    assertThat(body).isNotEqualTo(BOOKING);
    assertThatThrownBy(() -> read(Booking.class, body))
        .isInstanceOfSatisfying(Invalid.class, e -> assertThat(e.field()).isEqualTo(field));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "b"  | "a" | to             | to must be another account
          5    | 0   | parts[0].cents | cents must not be 0
          5    | 101 | parts[0]       | it is too much
          5    | -1  | parts[0]       | parts[0] is not valid
          5    | "5" | parts[0].cents | parts[0].cents must be given, as a whole number
          """)
  void is_refused_by_the_rules_of_its_records(
      String right, String wrong, String field, String detail) {
    String body = "{\"from\":\"a\",\"to\":\"b\",\"parts\":[{\"cents\":5}]}".replace(right, wrong);

    refuses(Transfer.class, body, field, detail);
  }

  @Test
  void is_refused_as_a_whole_by_its_own_rules() {
    refuses(
        Transfer.class,
        "{\"from\":\"a\",\"to\":\"b\",\"parts\":[]}",
        "",
        "the request is not valid");
    refuses(Transfer.class, "[]", "", "the body is no JSON object");
  }

  private static void refuses(Class<?> type, String body, String field, String detail) {
    assertThatThrownBy(() -> read(type, body))
        .isInstanceOfSatisfying(
            Invalid.class,
            e -> {
              assertThat(e.field()).isEqualTo(field);
              assertThat(e.detail()).isEqualTo(detail);
            });
  }

  @Test
  void is_text_in_a_query() {
    MultiMap query = MultiMap.caseInsensitiveMultiMap();
    query.add("account", "a").add("from", "7").add("at", "2026-01-31T12:00:00Z").add("limit", "9");
    InputReader reader = new InputReader(Page.class, VALIDATOR);

    assertThat(reader.fromQuery(query))
        .isEqualTo(
            new Page(
                "a", OptionalLong.of(7), Optional.of(Instant.parse("2026-01-31T12:00:00Z")), 9));
    query.remove("account");
    assertThatThrownBy(() -> reader.fromQuery(query))
        .isInstanceOf(Invalid.class)
        .hasMessage("account must be given");
  }
}
