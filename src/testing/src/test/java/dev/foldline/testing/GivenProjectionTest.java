package dev.foldline.testing;

import static dev.foldline.testing.GivenProjection.given;
import static dev.foldline.testing.GivenProjection.in;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Category;
import dev.foldline.core.Change.Add;
import dev.foldline.core.Change.Increase;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Stored;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The test of a projection over several categories")
class GivenProjectionTest {

  @Stored("ordered")
  record Ordered(String customer) {}

  @Stored("paid")
  record Paid(String customer) {}

  private static final Category<Ordered> ORDERS = Category.of("order", Ordered.class);
  private static final Category<Paid> PAYMENTS = Category.of("payment", Paid.class);

  /** The document is a text of what happened: the category, the stream's id, the revision. */
  private static final Projection<String> CUSTOMERS =
      Projection.of("customers", 1, String.class)
          .on(
              ORDERS,
              event -> event.event().customer(),
              (text, event) ->
                  Changes.to(
                      "%s o%s@%d".formatted(text, event.id(), event.revision()),
                      new Add("all", "orders", 1)))
          .on(
              PAYMENTS,
              event -> event.event().customer(),
              (text, event) -> Changes.to("%s p%s".formatted(text, event.id())));

  @Test
  void gives_each_event_to_the_document_that_it_names_from_a_stream_of_its_category() {
    given(CUSTOMERS, new Ordered("ada"), new Paid("bob"), new Paid("ada"))
        .when(in(ORDERS, "2", new Ordered("ada")))
        .names("ada")
        .then("null o1@0 p1 o2@0", new Add("all", "orders", 1));
    given(CUSTOMERS, new Ordered("ada"), new Ordered("bob"))
        .when(new Ordered("ada"))
        .then("null o1@0 o1@2", new Add("all", "orders", 1));
  }

  @Test
  void knows_what_an_event_adds_to_a_ranking() {
    Projection<Long> best =
        Projection.of("best", 1, Long.class)
            .on(
                ORDERS,
                (_, event) ->
                    Changes.to(
                        event.revision(), new Increase("best", event.event().customer(), -5)));

    var ordered = given(best, new Ordered("bob")).when(new Ordered("ada"));

    ordered.then(1L, new Increase("best", "ada", -5));
    assertThatThrownBy(() -> ordered.then(1L, new Increase("best", "ada", 5)))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void fails_where_the_event_names_another_document_or_leads_to_another() {
    var paid = given(CUSTOMERS).when(new Paid("ada"));

    assertThatThrownBy(() -> paid.names("bob")).isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> paid.then("null p2")).isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> paid.then("null p1", new Add("all", "orders", 1)))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> given(CUSTOMERS).when("no event"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no event is no event of its categories");
  }
}
