package dev.foldline.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Event types")
class EventTypesTest {

  sealed interface Order {
    record Placed(String item, long count) implements Order {}

    record Paid() implements Order {}
  }

  private static final Upcaster FIRST =
      Upcaster.toNext("order-placed", data -> with(data, "count", 1));
  private static final Upcaster SECOND =
      Upcaster.toNext("order-placed.v2", data -> with(data, "item", "unknown"));

  private static Map<String, Object> with(Map<String, Object> data, String field, Object value) {
    Map<String, Object> changed = new HashMap<>(data);
    changed.putIfAbsent(field, value);
    return changed;
  }

  private static EventTypes<Order> orders(String placed, Upcaster... upcasters) {
    return EventTypes.of(
        Order.class, Map.of(placed, Order.Placed.class, "order-paid", Order.Paid.class), upcasters);
  }

  @Test
  void goes_from_version_to_version() {
    EventTypes<Order> types = orders("order-placed.v3", FIRST, SECOND);

    assertThat(types.upcast(new Shape("order-placed", Map.of())))
        .containsExactly(new Shape("order-placed.v3", Map.of("count", 1, "item", "unknown")));
    assertThat(types.upcast(new Shape("order-placed.v2", Map.of("count", 7))))
        .containsExactly(new Shape("order-placed.v3", Map.of("count", 7, "item", "unknown")));
    assertThat(types.upcast(new Shape("order-paid", Map.of())))
        .containsExactly(new Shape("order-paid", Map.of()));
    assertThat(types.names())
        .containsExactly("order-paid", "order-placed", "order-placed.v2", "order-placed.v3");
  }

  @Test
  void knows_an_event_in_all_its_versions() {
    EventTypes<Order> types =
        orders(
            "order-placed.v3",
            FIRST,
            SECOND,
            new Upcaster("order-bought", Set.of("order-placed", "order-paid"), _ -> List.of()));

    for (String version : List.of("order-placed", "order-placed.v2", "order-placed.v3")) {
      assertThat(types.versions(version))
          .containsExactly("order-bought", "order-placed", "order-placed.v2", "order-placed.v3");
    }
    assertThat(types.versions("order-paid")).containsExactly("order-bought", "order-paid");
    assertThat(types.versions("order-bought")).isEqualTo(types.names());
  }

  @Test
  void makes_several_of_one_and_goes_on_with_each() {
    Upcaster split =
        new Upcaster(
            "order-bought",
            Set.of("order-placed", "order-paid"),
            data -> List.of(new Shape("order-placed", data), new Shape("order-paid", Map.of())));

    assertThat(
            orders("order-placed.v2", FIRST, split)
                .upcast(new Shape("order-bought", Map.of("item", "tea"))))
        .containsExactly(
            new Shape("order-placed.v2", Map.of("item", "tea", "count", 1)),
            new Shape("order-paid", Map.of()));
  }

  @Test
  void finds_what_is_missing_in_a_chain() {
    assertThatThrownBy(() -> orders("order-placed.v3", SECOND))
        .hasMessageContaining("no upcaster from 'order-placed'");
    assertThatThrownBy(() -> orders("order-placed.v3", FIRST))
        .hasMessageContaining("no upcaster from 'order-placed.v2'");
    assertThatThrownBy(() -> orders("order-placed.v4", FIRST, SECOND))
        .hasMessageContaining("no upcaster from 'order-placed.v3'");
    assertThatThrownBy(() -> orders("order-asked", FIRST))
        .hasMessageContaining("to 'order-placed.v2', which is no record's name");
  }

  @Test
  void finds_what_is_there_twice_or_goes_round() {
    assertThatThrownBy(() -> orders("order-placed", FIRST)).hasMessageContaining("given twice");
    assertThatThrownBy(() -> orders("order-placed.v2", FIRST, FIRST))
        .hasMessageContaining("given twice");
    assertThatThrownBy(() -> orders("order-placed.v1")).hasMessageContaining("no number");
    assertThatThrownBy(
            () ->
                orders(
                    "order-placed",
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
      EventTypes<Order> types = orders("order-placed", upcaster);
      assertThatThrownBy(() -> types.upcast(new Shape("order-bought", Map.of())))
          .hasMessageContaining("only [order-paid]");
    }
    assertThatThrownBy(() -> new Upcaster("order-bought", Set.of(), _ -> List.of()))
        .hasMessageContaining("must turn into something");
  }
}
