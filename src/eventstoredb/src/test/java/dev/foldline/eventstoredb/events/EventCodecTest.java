package dev.foldline.eventstoredb.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.Nulls;
import dev.foldline.core.Category;
import dev.foldline.core.Shape;
import dev.foldline.core.Stored;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.UnknownEvent;
import dev.foldline.core.Upcaster;
import dev.foldline.eventstoredb.events.EventCodecTest.Event.Booked;
import dev.foldline.eventstoredb.events.EventCodecTest.Event.Deep;
import dev.foldline.eventstoredb.events.EventCodecTest.Event.Derived;
import dev.foldline.eventstoredb.events.EventCodecTest.Event.Kinded;
import dev.foldline.eventstoredb.events.EventCodecTest.Event.Lied;
import dev.foldline.eventstoredb.events.EventCodecTest.Event.Measured;
import dev.foldline.eventstoredb.events.EventCodecTest.Event.Noted;
import dev.foldline.eventstoredb.events.EventCodecTest.Event.Ordered;
import dev.foldline.eventstoredb.events.EventCodecTest.Event.Paid;
import dev.foldline.eventstoredb.events.EventCodecTest.Event.Styled;
import dev.foldline.eventstoredb.events.EventCodecTest.Event.Timed;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Currency;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Stored events")
class EventCodecTest {

  sealed interface Event {

    @Stored("paid")
    record Paid(long cents, Payment by) implements Event {}

    @Stored("booked.v2")
    record Booked(BigDecimal amount, Map<Kind, BigDecimal> fees, BigInteger total)
        implements Event {}

    @Stored("measured")
    record Measured(float part, double ratio, char unit, byte low, short high, Boolean ok)
        implements Event {}

    @Stored("timed")
    record Timed(
        Instant instant,
        OffsetDateTime offset,
        ZonedDateTime zoned,
        LocalDate date,
        LocalTime time,
        LocalDateTime local,
        OffsetTime offsetTime,
        Duration duration,
        Period period,
        Year year,
        YearMonth month,
        MonthDay day,
        ZoneId zone)
        implements Event {}

    @Stored("ordered")
    record Ordered(List<Item> items, Set<String> tags, Map<UUID, List<@Nullable String>> notes)
        implements Event {}

    @Stored("noted")
    record Noted(String author, @Nullable String note, Optional<String> more, OptionalLong number)
        implements Event {}

    @Stored("kinded")
    record Kinded(Kind kind, boolean flag, Locale language, Currency currency, URI link)
        implements Event {}

    /** Is written and read by what its own annotations say. */
    @Stored("styled")
    record Styled(
        @JsonFormat(pattern = "dd.MM.yyyy") LocalDate day,
        @JsonFormat(shape = JsonFormat.Shape.STRING, pattern = "yyyy-MM-dd HH:mm:ssXXX")
            OffsetDateTime at,
        Sku sku,
        Money price,
        @JsonProperty("said") Optional<Sign> sign)
        implements Event {}

    /** Nulls stand at some depths, and not at others. */
    @Stored("deep")
    record Deep(
        Map<String, List<@Nullable String>> inner,
        Map<String, @Nullable List<String>> outer,
        Optional<List<@Nullable String>> maybe)
        implements Event {}

    /** What it derives is no part of it. */
    @Stored("derived")
    record Derived(long cents) implements Event {
      public long getDoubled() {
        return 2 * cents;
      }

      public boolean isLarge() {
        return cents > 10;
      }
    }

    /** Can't be compared. */
    @Stored("failed")
    record Failed(Failing value) implements Event {}

    /** Its accessor does not tell what it was made of. */
    @Stored("lied")
    record Lied(Item item) implements Event {
      @Override
      public Item item() {
        return new Item(item.sku() + "!", item.at());
      }
    }
  }

  record Item(String sku, OffsetDateTime at) {}

  record Sku(@JsonValue String text) {
    @JsonCreator
    Sku {}
  }

  /** Is read by rules of its own. */
  record Money(long cents, String currency) {
    @JsonCreator
    static Money of(
        @JsonProperty("cents") Long cents, @JsonProperty("currency") @Nullable String currency) {
      return new Money(cents, currency == null ? "EUR" : currency);
    }
  }

  sealed interface Sign {
    @JsonTypeName("yes")
    record Agreed(@JsonSetter(nulls = Nulls.SKIP) @Nullable String why) implements Sign {}

    record Denied() implements Sign {}
  }

  sealed interface Payment {
    record Cash(BigDecimal amount) implements Payment {}

    sealed interface ByCard extends Payment {}

    record Card(String number, Optional<Payment> before) implements ByCard {}

    record Nothing() implements Payment {}
  }

  record Failing(String of, String by) {
    @Override
    public boolean equals(@Nullable Object other) {
      throw new IllegalStateException("never");
    }

    @Override
    public int hashCode() {
      return 0;
    }
  }

  enum Kind {
    A,
    B {
      @Override
      public String toString() {
        return "bee";
      }
    }
  }

  private static final Category<Event> EVENTS =
      Category.of(
          "thing",
          Event.class,
          Upcaster.toNext("booked", data -> data),
          new Upcaster(
              "nothing-noted", Set.of("noted"), data -> List.of(new Shape("noted", data))));

  private static final EventCodec CODEC = new EventCodec(List.of(EVENTS));
  private static final Event STYLED =
      new Styled(
          LocalDate.parse("2026-01-31"),
          OffsetDateTime.parse("2026-01-31T12:00:00+02:00"),
          new Sku("lamp"),
          new Money(5, "CHF"),
          Optional.of(new Sign.Agreed("so")));

  private static final OffsetDateTime NOON = OffsetDateTime.parse("2026-01-31T12:00:00+02:00");

  static List<Named<Event>> events() {
    return List.of(
        Named.of(
            "decimals",
            new Booked(
                new BigDecimal("1.10"),
                Map.of(Kind.A, new BigDecimal("1E+3"), Kind.B, new BigDecimal("-0.00")),
                new BigInteger("9".repeat(900)))),
        Named.of(
            "a huge decimal",
            new Booked(new BigDecimal("9".repeat(500) + ".10"), Map.of(), BigInteger.ZERO)),
        Named.of("numbers", new Measured(0.1f, 1e-300, 'ü', (byte) -1, (short) 7, true)),
        Named.of(
            "not a number",
            new Measured(Float.NaN, Double.NEGATIVE_INFINITY, '"', (byte) 0, (short) 0, false)),
        Named.of("times", timed(ZoneId.of("Europe/Berlin"))),
        Named.of("times of zones that are UTC", timed(ZoneId.of("UTC"))),
        Named.of("times of offsets", timed(ZoneOffset.UTC)),
        Named.of(
            "lists, sets and maps",
            new Ordered(
                List.of(new Item("l a m p", NOON), new Item("", NOON)),
                Set.of("z", "ä", "a", ""),
                Map.of(new UUID(1, 2), Arrays.asList("a", null)))),
        Named.of("nothing in them", new Ordered(List.of(), Set.of(), Map.of())),
        Named.of("nulls", new Noted("Ada", null, Optional.empty(), OptionalLong.empty())),
        Named.of("no nulls", new Noted("Ada", "", Optional.of(""), OptionalLong.of(7))),
        Named.of(
            "half a character",
            new Noted("\ud800", "a\udc00b", Optional.of("\u0000"), OptionalLong.of(7))),
        Named.of(
            "enums and words",
            new Kinded(
                Kind.B,
                true,
                Locale.forLanguageTag("de-AT"),
                Currency.getInstance("EUR"),
                URI.create("urn:x"))),
        Named.of("a sealed type", new Paid(5, new Payment.Cash(new BigDecimal("1.10")))),
        Named.of("an empty one", new Paid(5, new Payment.Nothing())),
        Named.of(
            "a nested one", new Paid(5, new Payment.Card("7", Optional.of(new Payment.Nothing())))),
        Named.of("patterns, names and creators of their own", STYLED),
        Named.of(
            "nulls at some depths",
            new Deep(
                Map.of("a", Arrays.asList("b", null)),
                Collections.singletonMap("a", null),
                Optional.of(Arrays.asList("b", null)))),
        Named.of("getters", new Derived(11)));
  }

  private static Timed timed(ZoneId zone) {
    return new Timed(
        Instant.parse("2026-01-31T12:00:00.123456789Z"),
        NOON,
        ZonedDateTime.of(LocalDateTime.parse("2026-10-25T02:30"), zone).withLaterOffsetAtOverlap(),
        LocalDate.EPOCH,
        LocalTime.parse("12:00:00.5"),
        LocalDateTime.parse("2026-01-31T12:00"),
        OffsetTime.parse("12:00+01:00"),
        Duration.parse("PT-1.5S"),
        Period.parse("P1Y2M"),
        Year.of(2026),
        YearMonth.of(2026, 1),
        MonthDay.of(2, 29),
        zone);
  }

  @ParameterizedTest
  @MethodSource("events")
  void come_back_as_they_were(Event event) {
    assertThat(CODEC.decode(CODEC.encode(UUID.randomUUID(), event))).isEqualTo(List.of(event));
  }

  private static String stored(Event event) {
    return new String(CODEC.encode(UUID.randomUUID(), event).data(), UTF_8);
  }

  @Test
  void are_written_for_people_to_read() {
    assertThat(stored(timed(ZoneId.of("Europe/Berlin"))))
        .isEqualTo(
            """
            {"instant":"2026-01-31T12:00:00.123456789Z","offset":"2026-01-31T12:00:00+02:00",\
            "zoned":"2026-10-25T02:30:00+01:00[Europe/Berlin]","date":"1970-01-01",\
            "time":"12:00:00.5","local":"2026-01-31T12:00:00","offsetTime":"12:00+01:00",\
            "duration":"PT-1.5S","period":"P1Y2M","year":"2026","month":"2026-01","day":"--02-29",\
            "zone":"Europe/Berlin"}""");
    assertThat(stored(new Booked(new BigDecimal("1.10"), Map.of(), BigInteger.TEN)))
        .isEqualTo("{\"amount\":1.10,\"fees\":{},\"total\":10}");
    assertThat(stored(new Paid(5, new Payment.Card("7", Optional.of(new Payment.Nothing())))))
        .isEqualTo(
            """
            {"cents":5,"by":{"@type":"Card","number":"7","before":{"@type":"Nothing"}}}""");
    assertThat(stored(new Derived(5))).isEqualTo("{\"cents\":5}");
    assertThat(stored(STYLED))
        .isEqualTo(
            """
            {"day":"31.01.2026","at":"2026-01-31 12:00:00+02:00","sku":"lamp",\
            "price":{"cents":5,"currency":"CHF"},"said":{"@type":"yes","why":"so"}}""");
  }

  @Test
  void keep_to_a_creator_of_their_own() {
    String good = stored(STYLED);
    byte[] other = good.replace("\"CHF\"", "null").getBytes(UTF_8);

    assertThat(CODEC.decode("styled", other))
        .singleElement()
        .extracting(event -> ((Styled) event).price())
        .isEqualTo(new Money(5, "EUR"));
  }

  @Test
  void that_are_equal_are_written_the_same() {
    List<String> tags = new ArrayList<>(List.of("z", "ä", "a", "b", ""));
    Event one = new Ordered(List.of(), new java.util.LinkedHashSet<>(tags), Map.of());
    Event other = new Ordered(List.of(), new java.util.LinkedHashSet<>(tags.reversed()), Map.of());

    assertThat(stored(other)).isEqualTo(stored(one));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "derived {\"cents\":12.75}",
        "derived {\"cents\":12.0}",
        "derived {\"cents\":1e3}",
        "derived {\"cents\":\"12\"}",
        "derived {\"cents\":\"\"}",
        "derived {\"cents\":\" \"}",
        "derived {\"cents\":true}",
        "derived {\"cents\":null}",
        "derived {\"cents\":[1]}",
        "derived {\"cents\":9223372036854775808}",
        "derived {\"cents\":9223372036854775807.5}",
        "derived {\"cents\":1,\"cents\":2}",
        "derived {\"cents\":1} {\"cents\":2}",
        "derived {\"cents\":1}x",
        "derived {\"Cents\":1}",
        "derived {}",
        "derived {\"cents\":1,\"doubled\":2}",
        "noted {\"author\":null,\"note\":null,\"more\":null,\"number\":null}",
        "noted {\"author\":7,\"note\":null,\"more\":null,\"number\":null}",
        "noted {\"author\":true,\"note\":null,\"more\":null,\"number\":null}",
        "noted {\"author\":\"a\",\"note\":7,\"more\":null,\"number\":null}",
        "noted {\"author\":\"a\",\"note\":null,\"more\":7,\"number\":null}",
        "noted {\"author\":\"a\",\"note\":null,\"more\":null,\"number\":\"7\"}",
        "noted {\"author\":\"a\",\"note\":null,\"more\":null,\"number\":7.5}",
        "noted {\"author\":\"a\",\"more\":null,\"number\":null}",
        "noted {\"author\":\"a\",\"author\":\"b\",\"note\":null,\"more\":null,\"number\":null}",
        "nothing-noted {\"author\":null,\"note\":null,\"more\":null,\"number\":null}",
        "nothing-noted {\"author\":\"a\",\"note\":null,\"more\":null,\"number\":7.0}",
        "nothing-noted {\"author\":\"a\",\"author\":\"b\",\"note\":null,\"more\":null,\"number\":7}",
        "nothing-noted {\"author\":\"a\",\"note\":null,\"more\":null,\"number\":7} {}",
        "ordered {\"items\":null,\"tags\":[],\"notes\":{}}",
        "ordered {\"items\":[null],\"tags\":[],\"notes\":{}}",
        "ordered {\"items\":[{\"sku\":null,\"at\":\"2026-01-31T12:00Z\"}],\"tags\":[],\"notes\":{}}",
        "ordered {\"items\":[],\"tags\":[null],\"notes\":{}}",
        "ordered {\"items\":\"\",\"tags\":[],\"notes\":{}}",
        "ordered {\"items\":{},\"tags\":[],\"notes\":{}}",
        "ordered {\"items\":[{\"sku\":\"a\",\"at\":1}],\"tags\":[],\"notes\":{}}",
        "ordered {\"items\":[{\"sku\":\"a\",\"at\":\"2026-01-31T12:00\"}],\"tags\":[],\"notes\":{}}",
        "kinded {\"kind\":1,\"flag\":true,\"language\":\"de\",\"currency\":\"EUR\",\"link\":\"urn:x\"}",
        "kinded {\"kind\":\"a\",\"flag\":true,\"language\":\"de\",\"currency\":\"EUR\",\"link\":\"urn:x\"}",
        "kinded {\"kind\":\"\",\"flag\":true,\"language\":\"de\",\"currency\":\"EUR\",\"link\":\"urn:x\"}",
        "kinded {\"kind\":\"A\",\"flag\":0,\"language\":\"de\",\"currency\":\"EUR\",\"link\":\"urn:x\"}",
        "kinded {\"kind\":\"A\",\"flag\":\"true\",\"language\":\"de\",\"currency\":\"EUR\",\"link\":\"urn:x\"}",
        "paid {\"cents\":5,\"by\":{\"amount\":5}}",
        "paid {\"cents\":5,\"by\":{\"@type\":\"Cheque\",\"amount\":5}}",
        "paid {\"cents\":5,\"by\":{\"@type\":\"Cash\",\"amount\":\"5\"}}",
        "paid {\"cents\":5,\"by\":{\"@type\":\"Cash\",\"amount\":null}}",
        "paid {\"cents\":5,\"by\":null}",
        "paid {\"cents\":5,\"by\":[]}",
        "booked.v2 {\"amount\":\"1.10\",\"fees\":{},\"total\":1}",
        "booked.v2 {\"amount\":1,\"fees\":{\"C\":1},\"total\":1}",
        "booked.v2 {\"amount\":1,\"fees\":{\"A\":null},\"total\":1}",
        "booked.v2 {\"amount\":1,\"fees\":{},\"total\":1.5}",
        "booked {\"amount\":1,\"fees\":{},\"total\":1.5}",
        "deep {\"inner\":{\"a\":null},\"outer\":{},\"maybe\":null}",
        "deep {\"inner\":{},\"outer\":{\"a\":[null]},\"maybe\":null}",
      })
  void are_never_guessed(String stored) {
    String type = stored.substring(0, stored.indexOf(' '));
    byte[] data = stored.substring(stored.indexOf(' ') + 1).getBytes(UTF_8);

    assertThatThrownBy(() -> CODEC.decode(type, data)).isInstanceOf(UnknownEvent.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          instant    | 1767225600.123456789
          instant    | 1767225600
          instant    | "1767225600"
          instant    | "2026-01-31T12:00:00"
          instant    | ""
          instant    | " "
          instant    | "+1767225600.5"
          offset     | 1767225600
          zoned      | 1767225600
          zoned      | "2026-01-31T12:00:00"
          date       | [1970,1,1]
          date       | 0
          date       | "1970-01-01T00:00:00Z"
          date       | "1970-02-30"
          time       | [12,0]
          local      | [2026,1,31,12,0]
          local      | "2026-01-31T12:00:00Z"
          duration   | 1.5
          duration   | ""
          period     | ""
          year       | 2026
          year       | "two"
          zone       | ""
          """)
  void have_no_times_that_are_guessed(String component, String value) {
    String good = stored(timed(ZoneOffset.UTC));
    String wrong =
        good.replaceFirst(
            "\"" + component + "\":(\"[^\"]*\"|\\d+)", "\"" + component + "\":" + value);

    assertThat(wrong).isNotEqualTo(good);
    assertThatThrownBy(() -> CODEC.decode("timed", wrong.getBytes(UTF_8)))
        .isInstanceOf(UnknownEvent.class)
        .hasMessageContaining(component);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.10", "90071992547409.93125", "1E+3", "-0.00", "0.12345678901234567890"})
  void keep_their_decimals_through_upcasters(String amount) {
    String data = "{\"amount\":" + amount + ",\"fees\":{\"A\":" + amount + "},\"total\":1}";

    assertThat(CODEC.decode("booked", data.getBytes(UTF_8)))
        .containsExactly(
            new Booked(
                new BigDecimal(amount), Map.of(Kind.A, new BigDecimal(amount)), BigInteger.ONE));
  }

  @SuppressWarnings({"NullAway", "NullOptional"}) // what a caller without NullAway does
  static List<Arguments> unstorable() {
    return List.of(
        arguments("author", new Noted(null, null, Optional.empty(), OptionalLong.empty())),
        arguments("more", new Noted("a", null, null, OptionalLong.empty())),
        arguments(
            "items[1]", new Ordered(Arrays.asList(new Item("", NOON), null), Set.of(), Map.of())),
        arguments("items[0].sku", new Ordered(List.of(new Item(null, NOON)), Set.of(), Map.of())),
        arguments("it", new Booked(BigDecimal.ONE, Map.of(), new BigInteger("9".repeat(2000)))),
        arguments("item.sku", new Lied(new Item("lamp", NOON))),
        arguments("value", new Event.Failed(new Failing("a", "b"))));
  }

  @ParameterizedTest
  @MethodSource("unstorable")
  void that_would_not_come_back_are_not_written(String component, Event event) {
    assertThatThrownBy(() -> CODEC.encode(UUID.randomUUID(), event))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(noted|ordered|booked\\.v2|lied|failed) can't be stored: .*")
        .hasMessageContaining(": " + component + " would not come back");
  }

  static List<Class<? extends Unstorable>> shapes() {
    return List.of(
        Unstorable.Threaded.class,
        Unstorable.Any.class,
        Unstorable.Bytes.class,
        Unstorable.Dated.class,
        Unstorable.Raw.class,
        Unstorable.Open.class,
        Unstorable.Keyed.class,
        Unstorable.Twice.class,
        Unstorable.Half.class,
        Unstorable.Deep.class,
        Unstorable.Wild.class,
        Unstorable.NoRecord.class,
        Unstorable.Ignored.class,
        Unstorable.Hidden.class,
        Unstorable.Unread.class,
        Unstorable.Extra.class,
        Unstorable.Counted.class,
        Unstorable.Listed.class,
        Unstorable.Worded.class);
  }

  sealed interface Unstorable {
    @Stored("threaded")
    record Threaded(Thread value) implements Unstorable {}

    @Stored("any")
    record Any(Object value) implements Unstorable {}

    @Stored("bytes")
    @SuppressWarnings("ArrayRecordComponent")
    record Bytes(byte[] value) implements Unstorable {}

    @Stored("dated")
    record Dated(Optional<Date> value) implements Unstorable {}

    @Stored("raw")
    @SuppressWarnings("rawtypes")
    record Raw(List value) implements Unstorable {}

    @Stored("open")
    record Open(Set<Runnable> value) implements Unstorable {}

    @Stored("keyed")
    record Keyed(Map<Item, String> value) implements Unstorable {}

    @Stored("twice")
    record Twice(Pet value) implements Unstorable {}

    @Stored("half")
    record Half(Shelter value) implements Unstorable {}

    @Stored("deep")
    record Deep(List<Box<Thread>> value) implements Unstorable {}

    @Stored("wild")
    record Wild(List<?> value) implements Unstorable {}

    @Stored("norecord")
    final class NoRecord implements Unstorable {}

    @Stored("ignored")
    record Ignored(String other, @JsonIgnore String value) implements Unstorable {}

    @Stored("hidden")
    record Hidden(@JsonProperty(access = JsonProperty.Access.WRITE_ONLY) String value)
        implements Unstorable {}

    @Stored("unread")
    record Unread(@JsonProperty(access = JsonProperty.Access.READ_ONLY) String value)
        implements Unstorable {}

    @Stored("extra")
    record Extra(String other) implements Unstorable {
      @JsonProperty
      public String value() {
        return other + "!";
      }
    }

    @Stored("counted")
    record Counted(@JsonFormat(shape = JsonFormat.Shape.NUMBER) Instant value)
        implements Unstorable {}

    @Stored("listed")
    record Listed(@JsonFormat(shape = JsonFormat.Shape.NUMBER_INT) List<Kind> value)
        implements Unstorable {}

    @Stored("worded")
    record Worded(@JsonFormat(shape = JsonFormat.Shape.STRING) long value) implements Unstorable {}
  }

  record Box<T>(T value) {}

  sealed interface Pet {
    record Cat() implements Pet {}
  }

  sealed interface Wildcat extends Pet {}

  static final class Lions {
    record Cat() implements Wildcat {}
  }

  sealed interface Shelter {
    non-sealed interface Any extends Shelter {}
  }

  /** Tells its records in its own way, so their simple names may be the same. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Mine.One.class, name = "one"),
    @JsonSubTypes.Type(value = Other.One.class, name = "other")
  })
  sealed interface Own {}

  static final class Mine {
    record One() implements Own {}
  }

  static final class Other {
    record One() implements Own {}
  }

  sealed interface Tagged {
    @Stored("held")
    record Held(Own own) implements Tagged {}
  }

  @Test
  void may_tell_their_records_in_their_own_way() {
    EventCodec codec = new EventCodec(List.of(Category.of("thing", Tagged.class)));
    StoredEvent stored = codec.encode(UUID.randomUUID(), new Tagged.Held(new Other.One()));

    assertThat(new String(stored.data(), UTF_8)).isEqualTo("{\"own\":{\"kind\":\"other\"}}");
    assertThat(codec.decode(stored)).containsExactly(new Tagged.Held(new Other.One()));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  <E extends Unstorable> void of_shapes_that_can_not_be_stored_are_an_error_of_the_start(
      Class<E> shape) {
    Category<E> category = Category.of("thing", shape);

    assertThatThrownBy(() -> new EventCodec(List.of(category)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(shape.getName() + " can't be stored: ")
        .hasMessageMatching(
            shape == Unstorable.Deep.class
                ? ".*Box\\.value is a .*Thread.*"
                : ".*" + shape.getSimpleName() + "(\\.value)? is .*; .*");
  }

  private static StoredEvent beside(String metadata) {
    return new StoredEvent(
        UUID.randomUUID(), "derived", "{\"cents\":5}".getBytes(UTF_8), metadata.getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{\"$correlationId\":\"7\"}",
        "{\"idempotencyKey\":\"of another system\"}",
        "no JSON",
        "[1]",
        "{\"foldline\":1}",
        "{\"foldline\":1,\"streamBegins\":true}",
        "{\"a\":{\"foldline\":9},\"foldline\":1}",
        "{\"streamBegins\":true}",
        "{\"requestHash\":\"of another system\"}",
      })
  void of_this_format_and_of_other_writers_are_read(String metadata) {
    assertThat(CODEC.decode(beside(metadata))).containsExactly(new Derived(5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"requestHash\":\"h\",\"a\":1,\"idempotencyKey\":\"k\"}",
        "{\"idempotencyKey\":\"k\",\"requestHash\":\"h\"}",
        "{\"foldline\":99999999999999999999}",
        "{\"foldline\":2}",
        "{\"foldline\":0,\"streamBegins\":true}",
        "{\"foldline\":\"1\"}",
        "{\"foldline\":1.5}",
        "{\"foldline\":null}",
        "{\"foldline\":{}}",
      })
  void of_other_formats_are_refused_by_name(String metadata) {
    assertThatThrownBy(() -> CODEC.decode(beside(metadata)))
        .isInstanceOf(UnknownEvent.class)
        .hasMessageContaining("'derived'")
        .hasMessageContaining("format");
  }
}
