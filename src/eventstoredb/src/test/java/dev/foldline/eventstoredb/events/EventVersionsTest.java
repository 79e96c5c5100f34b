package dev.foldline.eventstoredb.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Category;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Shape;
import dev.foldline.core.Stored;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.UnknownEvent;
import dev.foldline.core.Upcaster;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.testing.EventStoreServer;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Events of older versions")
class EventVersionsTest {

  sealed interface Stock {
    @Stored("stock-counted.v2")
    record Counted(long pieces, BigDecimal price) implements Stock {}

    @Stored("stock-sold")
    record Sold(long pieces) implements Stock {}
  }

  private final Category<Stock> stock =
      Category.of(
          EventStoreServer.unique("stock"),
          Stock.class,
          Upcaster.toNext(
              "stock-counted",
              data -> {
                data.put("pieces", Objects.requireNonNull((Integer) data.get("dozens")) * 12);
                data.remove("dozens");
                return data;
              }),
          new Upcaster(
              "stock-moved",
              Set.of("stock-counted.v2", "stock-sold"),
              data ->
                  List.of(
                      new Shape("stock-counted.v2", Map.of("pieces", 10, "price", 1)),
                      new Shape("stock-sold", data))));

  private final EventCodec codec = new EventCodec(List.of(stock));

  private static StoredEvent stored(String type, String data) {
    return new StoredEvent(UUID.randomUUID(), type, data.getBytes(UTF_8), new byte[0]);
  }

  private List<Object> decode(String type, String data) {
    return codec.decode(stored(type, data));
  }

  @Test
  void are_read_as_those_of_today() {
    BigDecimal price = new BigDecimal("0.12345678901234567890");

    assertThat(decode("stock-counted.v2", "{\"pieces\":7,\"price\":" + price + "}"))
        .containsExactly(new Stock.Counted(7, price));
    assertThat(decode("stock-counted", "{\"dozens\":2,\"price\":" + price + "}"))
        .containsExactly(new Stock.Counted(24, price));
    assertThat(decode("stock-moved", "{\"pieces\":3}"))
        .containsExactly(new Stock.Counted(10, BigDecimal.ONE), new Stock.Sold(3));
  }

  @Test
  void are_written_no_more() {
    assertThat(codec.encode(UUID.randomUUID(), new Stock.Counted(7, BigDecimal.ONE)).type())
        .isEqualTo("stock-counted.v2");
  }

  @Test
  void are_never_guessed() {
    for (String[] wrong :
        new String[][] {
          {"stock-counted.v3", "{\"pieces\":7,\"price\":1}"},
          {"stock-lost", "{}"},
          {"stock-counted", "{\"price\":1}"},
          {"stock-counted", "{\"dozens\":\"two\",\"price\":1}"},
          {"stock-counted", "{\"dozens\":2}"},
          {"stock-counted", "{\"dozens\":2,\"price\":1,\"colour\":\"red\"}"},
          {"stock-counted", "[]"},
          {"stock-counted", "null"},
          {"stock-sold", "null"},
          {"stock-sold", "nonsense"},
          {"stock-sold", ""},
        }) {
      assertThatThrownBy(() -> decode(wrong[0], wrong[1]))
          .as("%s %s", wrong[0], wrong[1])
          .isInstanceOfSatisfying(
              UnknownEvent.class, e -> assertThat(e.code()).isEqualTo("unknown-event"))
          .hasMessageContaining("'" + wrong[0] + "'");
    }
  }

  @Test
  void keep_the_revision_they_are_stored_under() {
    try (EventStoreServer server = EventStoreServer.start();
        EventStore store = new EventStore(server.connectionString(), Duration.ofSeconds(5))) {
      store
          .append(
              stock.stream("1"),
              -1,
              List.of(
                  stored("stock-counted", "{\"dozens\":1,\"price\":1}"),
                  stored("stock-moved", "{\"pieces\":3}"),
                  stored("stock-sold", "{\"pieces\":1}")))
          .await()
          .atMost(Duration.ofSeconds(10));

      assertThat(fold(store, _ -> true)).isEqualTo(new View<>(stock.stream("1"), 2, 6L));
      assertThat(fold(store, event -> event.revision() <= 1))
          .isEqualTo(new View<>(stock.stream("1"), 1, 7L));
    }
  }

  private View<Long> fold(EventStore store, Predicate<Recorded<?>> upTo) {
    return new StreamFold(store.streams(), codec, DiscardedEvents.NONE, Duration.ofSeconds(10))
        .fold(
            Projection.of("stock", 1, Long.class).on(stock, EventVersionsTest::left),
            stock.stream("1"),
            upTo)
        .await()
        .atMost(Duration.ofSeconds(10))
        .orElseThrow();
  }

  private static Changes<Long> left(@Nullable Long left, Recorded<Stock> event) {
    return switch (event.event()) {
      case Stock.Counted(var pieces, _) -> Changes.to(pieces);
      case Stock.Sold(var pieces) -> Changes.to((left == null ? 0 : left) - pieces);
    };
  }
}
