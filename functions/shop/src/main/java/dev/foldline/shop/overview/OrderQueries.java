package dev.foldline.shop.overview;

import dev.foldline.core.Listing;
import dev.foldline.core.Listing.Page;
import dev.foldline.core.Listing.RankedDocument;
import dev.foldline.core.NotFound;
import dev.foldline.core.Projection;
import dev.foldline.core.View;
import dev.foldline.quarkus.http.Queries;
import dev.foldline.quarkus.http.Query;
import dev.foldline.shop.Currency;
import dev.foldline.shop.Id;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** What may be asked about orders. */
public class OrderQueries {

  private static final int PAGE = 20;

  private final Queries queries;

  OrderQueries(Queries queries) {
    this.queries = queries;
  }

  /** Which order is asked for. */
  public record OrderQuery(@Id String order) {}

  /** An order with its invoice, its payment and its reservation. */
  @Funq("order")
  @Query
  public Uni<OrderView> order(OrderQuery query) {
    return view(query.order())
        .map(
            found ->
                found
                    .map(View::document)
                    .orElseThrow(() -> new NotFound("there is no such order")));
  }

  /** The same with its version; none where there is no such order. */
  public Uni<Optional<View<OrderView>>> view(String order) {
    return queries.document(OrderView.PROJECTION, order);
  }

  /**
   * Whose orders are asked for.
   *
   * @param after what the page before gave as next
   */
  public record CustomerQuery(@Id String customer, Optional<String> after) {}

  /** The orders of a customer, the newest first. */
  @Funq("orders-of")
  @Query
  public Uni<Page<OrderView>> ordersOf(CustomerQuery query) {
    Listing theirs = Listing.of(OrderView.OF_CUSTOMER, query.customer()).page(PAGE, query.after());
    return queries
        .listWithDocuments(OrderView.PROJECTION, theirs)
        .map(page -> page.flatMap(RankedDocument::document).map(View::document));
  }

  /**
   * Which ranking is asked for.
   *
   * @param after what the page before gave as next
   */
  public record RankingQuery(@Currency String currency, Optional<String> after) {}

  /**
   * A place among the customers.
   *
   * @param cents of what they were sent
   */
  public record Best(String customer, long cents) {}

  /** Who was sent the most for their money, the best first. */
  @Funq("best-customers")
  @Query
  public Uni<Page<Best>> bestCustomers(RankingQuery query) {
    return ranking(OrderView.PROJECTION, OrderView.BEST_CUSTOMERS, query)
        .map(page -> page.map(entry -> new Best(entry.member(), entry.score())));
  }

  /**
   * A day.
   *
   * @param day in UTC
   * @param cents captured on it, and not refunded
   */
  public record Day(String day, long cents) {}

  /** What was captured on each day and not refunded, the best day first. */
  @Funq("revenue")
  @Query
  public Uni<Page<Day>> revenue(RankingQuery query) {
    return ranking(Revenue.PROJECTION, Revenue.PER_DAY, query)
        .map(page -> page.map(entry -> new Day(entry.member(), entry.score())));
  }

  private Uni<Page<Listing.Ranked>> ranking(
      Projection<?> projection, String view, RankingQuery query) {
    return queries.list(projection, Listing.of(view + query.currency()).page(PAGE, query.after()));
  }
}
