package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Receipt;
import dev.foldline.core.Refused;
import dev.foldline.core.Snapshots;
import dev.foldline.core.Stored;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.WithEventStore;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@WithEventStore
@DisplayName("An instance that decided, and one that reads what was decided,")
class WarmAndColdTest {

  sealed interface Event {
    @Stored("at")
    record At(OffsetDateTime at, ZonedDateTime zoned) implements Event {}

    @Stored("half")
    record Half(float part, BigDecimal price) implements Event {}

    @Stored("tagged")
    record Tagged(Set<String> tags) implements Event {}

    @Stored("noted")
    record Noted(String author, @Nullable String note) implements Event {}

    @Stored("listed")
    record Listed(List<String> items) implements Event {}

    @Stored("held")
    record Held(Payment by) implements Event {}

    @Stored("derived")
    record Derived(long cents) implements Event {
      public long getDoubled() {
        return 2 * cents;
      }
    }
  }

  sealed interface Payment {
    record Cash(BigDecimal amount) implements Payment {}

    record Card(String number) implements Payment {}
  }

  private sealed interface Command {
    record Do(Event event) implements Command {}

    /** Refused where what happened last reads otherwise. */
    record Expect(String last) implements Command {}
  }

  /** What happened last, in the order in which its sets are. */
  private record State(String last) {}

  private record To(String id, Command command) {}

  private static final Category<Event> EVENTS = Category.of("warm", Event.class);

  private static final Decider<To, State, Event> DECIDER =
      new Decider<>(
          EVENTS,
          To::id,
          new State(""),
          (to, state) -> decide(to.command(), state),
          (_, event) -> new State(event.toString()));

  private static final EventCodec CODEC = new EventCodec(List.of(EVENTS));

  private static EventStore store;

  private final String id = UUID.randomUUID().toString();
  private final CommandHandler warm = handler();

  @BeforeAll
  static void connect(EventStoreServer server) {
    store = new EventStore(server.connectionString(), Duration.ofSeconds(5));
  }

  @AfterAll
  static void disconnect() {
    store.close();
  }

  private static List<Event> decide(Command command, State state) {
    return switch (command) {
      case Command.Do(Event event) -> List.of(event);
      case Command.Expect(String last) -> {
        if (!state.last().equals(last)) {
          throw new Refused("it-is-" + state.last());
        }
        yield List.of();
      }
    };
  }

  private static CommandHandler handler() {
    return new CommandHandler(
        store.streams(),
        CODEC,
        Snapshots.NONE,
        () -> CommandContext.NONE,
        HandlerOptions.PLENTY,
        new CommandListener() {});
  }

  private Receipt handle(CommandHandler handler, Command command) {
    return handler.handle(DECIDER, new To(id, command)).await().atMost(Duration.ofSeconds(20));
  }

  static List<Named<Event>> events() {
    return List.of(
        Named.of(
            "times",
            new Event.At(
                OffsetDateTime.parse("2026-01-31T12:00:00+02:00"),
                ZonedDateTime.parse("2026-01-31T12:00:00+01:00[Europe/Berlin]"))),
        Named.of("numbers", new Event.Half(0.1f, new BigDecimal("1.10"))),
        Named.of("no number", new Event.Half(Float.NaN, new BigDecimal("1E+3"))),
        Named.of("null", new Event.Noted("Ada", null)),
        Named.of("a sealed type", new Event.Held(new Payment.Cash(new BigDecimal("1.10")))),
        Named.of("a getter", new Event.Derived(5)));
  }

  @ParameterizedTest
  @MethodSource("events")
  void fold_the_same(Event event) {
    handle(warm, new Command.Do(event));

    assertThat(handle(warm, new Command.Expect(event.toString())).revision()).isZero();
    assertThat(handle(handler(), new Command.Expect(event.toString())).revision()).isZero();
  }

  @Test
  void see_a_set_in_the_same_order() {
    handle(warm, new Command.Do(new Event.Tagged(new LinkedHashSet<>(List.of("z", "b", "a")))));
    String read = new Event.Tagged(new LinkedHashSet<>(List.of("a", "b", "z"))).toString();

    assertThat(handle(handler(), new Command.Expect(read)).revision()).isZero();
    assertThat(handle(warm, new Command.Expect(read)).revision()).isZero();
  }

  @SuppressWarnings("NullAway") // what a function without NullAway does
  static List<Named<Event>> unreadable() {
    return List.of(
        Named.of("author", new Event.Noted(null, "")),
        Named.of("items[1]", new Event.Listed(Arrays.asList("a", null))),
        Named.of("by.amount", new Event.Held(new Payment.Cash(null))));
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void go_on_where_what_was_decided_could_not_be_read_and_so_is_not_stored(Event event) {
    assertThatThrownBy(() -> handle(warm, new Command.Do(event)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("can't be stored");

    assertThat(store.exists("warm-" + id).await().atMost(Duration.ofSeconds(5))).isFalse();
    Event next = new Event.Noted("Ada", "");
    assertThat(handle(warm, new Command.Do(next)).revision()).isZero();
    assertThat(handle(handler(), new Command.Expect(next.toString())).revision()).isZero();
  }

  @Test
  void say_in_which_format_they_write() {
    handle(warm, new Command.Do(new Event.Derived(5)));
    handle(warm, new Command.Do(new Event.Derived(6)));

    assertThat(store.remaining("warm-" + id, 0, 9).await().atMost(Duration.ofSeconds(5)))
        .hasSize(2)
        .allSatisfy(event -> assertThat(event.metadata()).containsEntry("foldline", 1));
  }
}
