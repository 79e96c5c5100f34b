package dev.foldline.shop.inventory;

import dev.foldline.core.Listing;
import dev.foldline.core.Listing.Page;
import dev.foldline.core.Listing.RankedDocument;
import dev.foldline.core.NotFound;
import dev.foldline.core.View;
import dev.foldline.quarkus.http.Queries;
import dev.foldline.quarkus.http.Query;
import dev.foldline.shop.Id;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import jakarta.validation.constraints.PositiveOrZero;
import java.util.Optional;

/** What may be asked about items. */
public class ItemQueries {

  private static final int PAGE = 50;

  private final Queries queries;

  ItemQueries(Queries queries) {
    this.queries = queries;
  }

  /** Which item is asked for. */
  public record ItemQuery(@Id String item) {}

  /** An item as it is. */
  @Funq("item")
  @Query
  public Uni<ItemView> item(ItemQuery query) {
    return view(query.item())
        .map(
            found ->
                found.map(View::document).orElseThrow(() -> new NotFound("there is no such item")));
  }

  /** The same with its version; none where there is no such item. */
  public Uni<Optional<View<ItemView>>> view(String item) {
    return queries.document(ItemView.PROJECTION, item);
  }

  /**
   * Which page of the list is asked for.
   *
   * @param after what the page before gave as next
   */
  public record ItemsQuery(Optional<String> after) {}

  /** All items, in the order in which they were added. */
  @Funq("items")
  @Query
  public Uni<Page<ItemView>> items(ItemsQuery query) {
    return list(Listing.of(ItemView.ALL, ItemView.ALL).lowestFirst().page(PAGE, query.after()));
  }

  /**
   * Of which items is too little there.
   *
   * @param below of these fewer can be ordered
   * @param after what the page before gave as next
   */
  public record LowStockQuery(
      @PositiveOrZero(message = "must not be negative") long below, Optional<String> after) {}

  /** The items of which fewer can be ordered than so many, the fewest first. */
  @Funq("low-stock")
  @Query
  public Uni<Page<ItemView>> lowStock(LowStockQuery query) {
    return list(
        Listing.of(ItemView.AVAILABLE)
            .lowestFirst()
            .between(Long.MIN_VALUE, query.below() - 1)
            .page(PAGE, query.after()));
  }

  private Uni<Page<ItemView>> list(Listing listing) {
    return queries
        .listWithDocuments(ItemView.PROJECTION, listing)
        .map(page -> page.flatMap(RankedDocument::document).map(View::document));
  }
}
