package dev.foldline.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A projection whose documents are named by events")
class ProjectionTest {

  @Stored("ordered")
  record Ordered(@Nullable String customer) {}

  @Stored("paid")
  record Paid(String by) {}

  private static final Category<Ordered> ORDERS = Category.of("order", Ordered.class);
  private static final Category<Paid> PAYMENTS = Category.of("order.payment", Paid.class);
  private static final String MISSING = (new String[1])[0];

  private static final Projection<String> CUSTOMERS =
      Projection.of("customers", 1, String.class)
          .on(ORDERS, ProjectionTest::customer, (_, _) -> Changes.to("ordered"))
          .on(PAYMENTS, event -> event.event().by() + event.id(), (_, _) -> Changes.to("paid"));

  private static String customer(Recorded<Ordered> event) {
    String customer = event.event().customer();
    return customer == null ? MISSING : customer;
  }

  private static <E> Recorded<E> recorded(String stream, E event) {
    return new Recorded<>(event, new UUID(0, 1), stream, 0, 0, Instant.EPOCH, Map.of());
  }

  @Test
  void takes_each_event_to_the_step_of_its_stream() {
    Recorded<Ordered> ordered = recorded("order-1", new Ordered("ada"));
    Recorded<Paid> paid = recorded("order.payment-2", new Paid("ada"));

    assertThat(CUSTOMERS.keyOf(ordered)).isEqualTo("ada");
    assertThat(CUSTOMERS.keyOf(paid)).isEqualTo("ada2");
    assertThat(CUSTOMERS.apply(null, ordered).state()).isEqualTo("ordered");
    assertThat(CUSTOMERS.apply(null, paid).state()).isEqualTo("paid");
    assertThat(CUSTOMERS.categories()).containsExactly(ORDERS, PAYMENTS);
    assertThat(CUSTOMERS.category("order.payment-2")).isEqualTo(PAYMENTS);
    assertThat(CUSTOMERS.reads("order-1")).isTrue();
    assertThat(CUSTOMERS.reads("orders-1")).isFalse();
    assertThat(CUSTOMERS.reads("order")).isFalse();
  }

  @Test
  void refuses_the_event_of_another_stream_or_category() {
    assertThatThrownBy(() -> CUSTOMERS.keyOf(recorded("other-1", new Ordered("ada"))))
        .hasMessage("other-1 is no stream of the projection 'customers'");
    assertThatThrownBy(() -> CUSTOMERS.keyOf(recorded("order-1", new Paid("ada"))))
        .hasMessage("Paid[by=ada] is no event of the category order");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", " ", "Ada Lovelace", "ä", "a\n"})
  void refuses_a_key_that_is_no_id(@Nullable String key) {
    assertThatThrownBy(() -> CUSTOMERS.keyOf(recorded("order-1", new Ordered(key))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the key that the event names for its document of 'customers' is %s: it must be 1 to"
                + " 200 of the characters A-Z a-z 0-9 . _ ~ @ : + -",
            key == null ? "null" : "'" + key + "'");
    assertThatThrownBy(() -> CUSTOMERS.keyOfId(key))
        .isInstanceOf(Invalid.class)
        .hasMessageStartingWith("the key of the customers must be 1 to 200");
  }

  @Test
  void stands_on_no_category_twice() {
    Projection.OfKeys<String> once =
        Projection.of("customers", 1, String.class)
            .on(ORDERS, ProjectionTest::customer, (_, _) -> Changes.to("ordered"));
    Category<Ordered> twin = Category.of("order", Ordered.class);

    assertThatThrownBy(() -> once.on(twin, ProjectionTest::customer, (_, _) -> Changes.to("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the projection 'customers' stands on the category 'order' twice: make one step of the"
                + " two");
  }
}
