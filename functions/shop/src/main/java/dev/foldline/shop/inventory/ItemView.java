package dev.foldline.shop.inventory;

import static dev.foldline.shop.inventory.ItemEvent.ITEMS;

import dev.foldline.core.Change.Index;
import dev.foldline.core.Change.Rank;
import dev.foldline.core.Change.Unrank;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.shop.inventory.ItemEvent.Added;
import dev.foldline.shop.inventory.ItemEvent.Received;
import dev.foldline.shop.inventory.ItemEvent.Released;
import dev.foldline.shop.inventory.ItemEvent.Removed;
import dev.foldline.shop.inventory.ItemEvent.Renamed;
import dev.foldline.shop.inventory.ItemEvent.Reserved;
import dev.foldline.shop.inventory.ItemEvent.Retired;
import dev.foldline.shop.inventory.ItemEvent.TakenOut;
import org.jspecify.annotations.Nullable;

/**
 * An item as people see it.
 *
 * @param name empty before it was added
 * @param stock how many there are, those that are reserved included
 * @param retired whether it is sold no more
 */
public record ItemView(String item, String name, long stock, long reserved, boolean retired) {

  /** Those that are sold, by how many of them can be ordered. */
  static final String AVAILABLE = "available";

  /** All that were ever added, in the order of that. */
  static final String ALL = "items";

  static final Projection<ItemView> PROJECTION =
      Projection.of("item-view", 1, ItemView.class).on(ITEMS, ItemView::project);

  /** How many can be ordered. */
  public long available() {
    return stock - reserved;
  }

  private static Changes<ItemView> project(@Nullable ItemView view, Recorded<ItemEvent> recorded) {
    ItemView before = view == null ? new ItemView(recorded.id(), "", 0, 0, false) : view;
    return switch (recorded.event()) {
      case Added(var name) ->
          Changes.to(
              before.named(name),
              new Index(ALL, recorded.id(), ALL, recorded.position()),
              new Rank(AVAILABLE, recorded.id(), before.available()));
      case Renamed(var name) -> Changes.to(before.named(name));
      case Received(var quantity) -> before.plus(quantity, 0).ranked();
      case Removed(var quantity) -> before.plus(-quantity, 0).ranked();
      case Retired() -> Changes.to(before.ended(), new Unrank(AVAILABLE, recorded.id()));
      case Reserved(_, var quantity) -> before.plus(0, quantity).ranked();
      case Released(_, var quantity) -> before.plus(0, -quantity).ranked();
      case TakenOut(_, var quantity) -> before.plus(-quantity, -quantity).ranked();
    };
  }

  private ItemView named(String called) {
    return new ItemView(item, called, stock, reserved, retired);
  }

  private ItemView plus(long more, long moreReserved) {
    return new ItemView(item, name, stock + more, reserved + moreReserved, retired);
  }

  private ItemView ended() {
    return new ItemView(item, name, stock, reserved, true);
  }

  private Changes<ItemView> ranked() {
    return retired || name.isEmpty()
        ? Changes.to(this)
        : Changes.to(this, new Rank(AVAILABLE, item, available()));
  }
}
