package dev.foldline.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A category")
class CategoryTest {

  /** As it was first, and at the side of what came of it. */
  sealed interface Order {
    @Stored("order-placed")
    record Placed(String item, long count) implements Order {}

    sealed interface Ended extends Order {}

    @Stored("order-paid")
    record Paid() implements Ended {}
  }

  @Stored("order-placed.v1")
  record PlacedNumbered(String item) {}

  @Stored("order-placed.v2")
  record PlacedSecond(String item, long count) {}

  sealed interface Third {
    @Stored("order-placed.v3")
    record Placed(String item, long count) implements Third {}

    @Stored("order-paid")
    record Paid() implements Third {}
  }

  @Stored("order-placed.v4")
  record PlacedFourth(String item, long count) {}

  @Stored("order-asked")
  record Asked() {}

  private static final Upcaster FIRST =
      Upcaster.toNext("order-placed", data -> with(data, "count", 1));
  private static final Upcaster SECOND =
      Upcaster.toNext("order-placed.v2", data -> with(data, "item", "unknown"));

  private static Map<String, Object> with(Map<String, Object> data, String field, Object value) {
    Map<String, Object> changed = new HashMap<>(data);
    changed.putIfAbsent(field, value);
    return changed;
  }

  private static <E> Category<E> orders(Class<E> family, Upcaster... upcasters) {
    return Category.of("order", family, upcasters);
  }

  @Test
  void names_its_streams_and_its_records() {
    Category<Order> orders = orders(Order.class);

    assertThat(orders.stream("1")).isEqualTo("order-1");
    assertThatThrownBy(() -> orders.stream("")).isInstanceOf(Invalid.class);
    assertThat(orders.types())
        .containsOnly(
            Map.entry("order-placed", Order.Placed.class),
            Map.entry("order-paid", Order.Paid.class));
    assertThat(orders).hasToString("order");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "or-der", "$order"})
  void is_a_word_without_a_dash(String name) {
    assertThatThrownBy(() -> Category.of(name, Order.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + name + "'");
  }

  sealed interface Unnamed {
    @Stored("named")
    record Named() implements Unnamed {}

    record Forgotten() implements Unnamed {}
  }

  sealed interface Twins {
    @Stored("twin")
    record One() implements Twins {}

    @Stored("twin")
    record Other() implements Twins {}
  }

  @Stored("$metadata")
  record Reserved() {}

  @Stored("foldline-handled")
  record LikeAMark() {}

  @Stored("")
  record Nameless() {}

  interface Open {}

  @Test
  void refuses_a_family_whose_records_could_not_be_told_by_their_names() {
    assertThatThrownBy(() -> orders(Unnamed.class))
        .hasMessageContaining(Unnamed.Forgotten.class.getName() + " has no stored name: give it");
    assertThatThrownBy(() -> orders(Twins.class)).hasMessageContaining("the same stored name");
    assertThatThrownBy(() -> orders(Open.class)).hasMessageContaining("is not sealed");
    assertThatThrownBy(() -> orders(Reserved.class)).hasMessageContaining("'$metadata'");
    assertThatThrownBy(() -> orders(LikeAMark.class))
        .hasMessageContaining(LikeAMark.class.getName() + ": a stored name")
        .hasMessageContaining("nor with foldline-, as those of Foldline do: 'foldline-handled'");
    assertThatThrownBy(() -> orders(Nameless.class)).hasMessageContaining("is not empty");
    assertThatThrownBy(
            () ->
                orders(
                    Order.class, new Upcaster("foldline-x", Set.of("order-paid"), _ -> List.of())))
        .hasMessageContaining("'foldline-x'");
  }

  @Test
  void goes_from_version_to_version() {
    Category<Third> orders = orders(Third.class, FIRST, SECOND);

    assertThat(orders.upcast(new Shape("order-placed", Map.of())))
        .containsExactly(new Shape("order-placed.v3", Map.of("count", 1, "item", "unknown")));
    assertThat(orders.upcast(new Shape("order-placed.v2", Map.of("count", 7))))
        .containsExactly(new Shape("order-placed.v3", Map.of("count", 7, "item", "unknown")));
    assertThat(orders.upcast(new Shape("order-paid", Map.of())))
        .containsExactly(new Shape("order-paid", Map.of()));
    assertThat(orders.names())
        .containsExactly("order-paid", "order-placed", "order-placed.v2", "order-placed.v3");
  }

  sealed interface Bought {
    @Stored("order-placed.v2")
    record Placed(String item, long count) implements Bought {}

    @Stored("order-paid")
    record Paid() implements Bought {}
  }

  @Test
  void knows_an_event_in_all_its_versions() {
    Category<Third> orders =
        orders(
            Third.class,
            FIRST,
            SECOND,
            new Upcaster("order-bought", Set.of("order-placed", "order-paid"), _ -> List.of()));

    for (String version : List.of("order-placed", "order-placed.v2", "order-placed.v3")) {
      assertThat(orders.versions(version))
          .containsExactly("order-bought", "order-placed", "order-placed.v2", "order-placed.v3");
    }
    assertThat(orders.versions("order-paid")).containsExactly("order-bought", "order-paid");
    assertThat(orders.versions("order-bought")).isEqualTo(orders.names());
  }

  @Test
  void makes_several_of_one_and_goes_on_with_each() {
    Upcaster split =
        new Upcaster(
            "order-bought",
            Set.of("order-placed", "order-paid"),
            data -> List.of(new Shape("order-placed", data), new Shape("order-paid", Map.of())));

    assertThat(
            orders(Bought.class, FIRST, split)
                .upcast(new Shape("order-bought", Map.of("item", "tea"))))
        .containsExactly(
            new Shape("order-placed.v2", Map.of("item", "tea", "count", 1)),
            new Shape("order-paid", Map.of()));
  }

  @Test
  void finds_what_is_missing_in_a_chain() {
    assertThatThrownBy(() -> orders(Third.class, SECOND))
        .hasMessageContaining("no upcaster from 'order-placed'");
    assertThatThrownBy(() -> orders(Third.class, FIRST))
        .hasMessageContaining("no upcaster from 'order-placed.v2'");
    assertThatThrownBy(() -> orders(PlacedFourth.class, FIRST, SECOND))
        .hasMessageContaining("no upcaster from 'order-placed.v3'");
    assertThatThrownBy(() -> orders(Asked.class, FIRST))
        .hasMessageContaining("to 'order-placed.v2', which is no record's name");
  }

  @Test
  void finds_what_is_there_twice_or_goes_round() {
    assertThatThrownBy(() -> orders(Order.class, FIRST)).hasMessageContaining("given twice");
    assertThatThrownBy(() -> orders(PlacedSecond.class, FIRST, FIRST))
        .hasMessageContaining("given twice");
    assertThatThrownBy(() -> orders(PlacedNumbered.class)).hasMessageContaining("no number");
    assertThatThrownBy(
            () ->
                orders(
                    Order.class,
                    new Upcaster("a", Set.of("b"), data -> List.of(new Shape("b", data))),
                    new Upcaster("b", Set.of("a"), data -> List.of(new Shape("a", data)))))
        .hasMessageContaining("back to it");
  }

  @Test
  void lets_an_upcaster_make_only_what_it_declared_and_never_nothing() {
    Upcaster liar =
        new Upcaster("order-bought", Set.of("order-paid"), data -> List.of(new Shape("x", data)));
    Upcaster loser = new Upcaster("order-bought", Set.of("order-paid"), _ -> List.of());

    for (Upcaster upcaster : List.of(liar, loser)) {
      Category<Order> orders = orders(Order.class, upcaster);
      assertThatThrownBy(() -> orders.upcast(new Shape("order-bought", Map.of())))
          .hasMessageContaining("only [order-paid]");
    }
    assertThatThrownBy(() -> new Upcaster("order-bought", Set.of(), _ -> List.of()))
        .hasMessageContaining("must turn into something");
  }

  /** Of two interfaces that initialise each other one sees that the other holds nothing yet. */
  static final class Held {
    static final Category<Order> ORDERS = missing();

    @SuppressWarnings("NullAway") // as a constant is before its class is initialised
    private static Category<Order> missing() {
      return null;
    }

    private Held() {}
  }

  @Test
  void that_is_not_there_yet_is_told_of_by_what_stands_on_it() {
    assertThatThrownBy(
            () ->
                new Decider<String, String, Order>(
                    Held.ORDERS, id -> id, "", (_, _) -> List.of(), (state, _) -> state))
        .hasMessageContaining("there is no category yet");
    assertThatThrownBy(
            () ->
                Projection.of("orders", 1, String.class)
                    .on(Held.ORDERS, (_, event) -> Changes.to(event.stream())))
        .hasMessageContaining("there is no category yet");
    assertThatThrownBy(
            () ->
                Projection.of("orders", 1, String.class)
                    .on(Held.ORDERS, Recorded::id, (_, event) -> Changes.to(event.stream())))
        .hasMessageContaining("there is no category yet");
  }

  @Test
  void keeps_a_projection_from_events_of_another_one() {
    Projection<String> projection =
        Projection.of("orders", 1, String.class)
            .on(orders(Order.class), (_, event) -> Changes.to(event.event().toString()));
    Recorded<Asked> foreign =
        new Recorded<>(new Asked(), new UUID(0, 1), "order-1", 0, 0, Instant.EPOCH, Map.of());

    assertThat(projection.apply(null, foreign.map(_ -> new Order.Paid())).state())
        .isEqualTo("Paid[]");
    assertThatThrownBy(() -> projection.apply(null, foreign))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
