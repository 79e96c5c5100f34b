package dev.foldline.quarkus.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.foldline.core.Invalid;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import jakarta.validation.Valid;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
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

  enum Colour {
    RED,
    @JsonProperty("light-blue")
    LIGHT_BLUE
  }

  record Everything(
      boolean paid,
      double weight,
      short rows,
      BigInteger number,
      Colour colour,
      UUID id,
      LocalDate day,
      LocalTime from,
      Duration length,
      Part part,
      Map<String, String> names,
      @JsonFormat(pattern = "dd.MM.yyyy") LocalDate due,
      List<@Nullable Boolean> answers) {}

  private static final String EVERYTHING =
      """
      {"paid":true,"weight":1.5,"rows":2,"number":3,"colour":"light-blue",\
      "id":"123e4567-e89b-12d3-a456-426614174000","day":"2026-01-31","from":"12:00:00",\
      "length":"PT15M","part":{"cents":5},"names":{},"due":"31.01.2026",\
      "answers":[true,null]}""";

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
          "lamp":1.10        | "lamp":"1.10"      | prices.lamp      | must be a number
          "amount":1E+3      | "amount":null      | by.amount        | must be given
          "@type":"Cash"     | "@type":"Cheque"   | by               | must say under @type which of its kinds it is
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "paid":true      | "paid":"yes"         | paid       | must be given, as true or false
          "paid":true,     | ``                   | paid       | must be given, as true or false
          "weight":1.5     | "weight":"much"      | weight     | must be given, as a number
          "rows":2         | "rows":70000         | rows       | is out of range
          "rows":2         | "rows":{}            | rows       | must be given, as a whole number
          "number":3       | "number":"3"         | number     | must be a whole number
          "light-blue"     | "green"              | colour     | must be one of RED, light-blue
          "light-blue"     | 1                    | colour     | must be one of RED, light-blue
          "123e4567-       | "zzzz4567-           | id         | must be a UUID such as 123e4567-e89b-12d3-a456-426614174000
          "2026-01-31"     | "31.1.2026"          | day        | must be a date such as 2026-01-31
          "12:00:00"       | "noon"               | from       | must be a time of day such as 12:00:00
          "PT15M"          | "15 min"             | length     | must be a duration such as PT15M
          {"cents":5}      | "cents"              | part       | must be an object
          {"cents":5}      | {"cents":99999999999999999999} | part.cents | is out of range
          "names":{}       | "names":[]           | names      | must be an object
          "31.01.2026"     | "2026-01-31"         | due        | must be a text in the form dd.MM.yyyy
          [true,null]      | [true,"no"]          | answers[1] | must be true or false
          [true,null]      | true                 | answers    | must be a list
          """)
  void is_asked_for_in_plain_words(String right, String wrong, String field, String words) {
    String body = EVERYTHING.replace(right, wrong);

    assertThat(read(Everything.class, EVERYTHING)).isInstanceOf(Everything.class);
    assertThat(body).isNotEqualTo(EVERYTHING);
    refuses(Everything.class, body, field, field + " " + words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          nonsense         | the body is malformed JSON, at line 1, column 1
          {"cents":        | the body is malformed JSON, at line 1, column 10
          {"cents":1} more | the body is malformed JSON, at line 1, column 13
          {"cents":1}}     | the body is malformed JSON, at line 1, column 12
          ["cents"]        | the body is no JSON object
          """)
  void is_refused_with_its_place_where_it_is_malformed(String body, String detail) {
    refuses(Part.class, body, "", detail);
  }

  @Test
  void is_refused_where_it_would_take_too_much_to_read() {
    String deep = "[".repeat(2_000);
    String tooDeep = "the body nests too deeply, or holds a name or value that is too long";

    refuses(Object.class, deep, "", tooDeep);
    String name = "n".repeat(1_000);
    refuses(
        Part.class,
        "{\"cents\":1,\"" + name + "\":1}",
        name.substring(0, 200) + "…",
        name.substring(0, 200) + "… is unknown here");
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

  record Contact(
      @Size(max = 3, message = "must be short") @JsonProperty("e-mail") String email,
      List<@Size(max = 3, message = "must be short") String> names,
      Map<
              @Size(max = 3, message = "must be short") String,
              @Size(max = 3, message = "must be short") String>
          notes,
      @JsonProperty("others") List<List<@Valid Contact>> more) {}

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "e-mail":"a"  | "e-mail":"long"  | e-mail
          ["b"]         | ["b","long"]     | names[1]
          {"c":"d"}     | {"c":"long"}     | notes.c
          {"c":"d"}     | {"long":"d"}     | notes.long
          "e-mail":"e"  | "e-mail":"long"  | others[0][0].e-mail
          """)
  void is_named_as_the_request_does_where_a_constraint_is_broken(
      String right, String wrong, String field) {
    String body =
        """
        {"e-mail":"a","names":["b"],"notes":{"c":"d"},"others":[[\
        {"e-mail":"e","names":[],"notes":{},"others":[]}]]}"""
            .replace(right, wrong);

    refuses(Contact.class, body, field, field + " must be short");
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
