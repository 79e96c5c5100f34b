package dev.foldline.shop.inventory;

import dev.foldline.core.Category;
import dev.foldline.core.Stored;

/** What happens to an item. These shapes and names are stored for ever. */
public sealed interface ItemEvent {

  Category<ItemEvent> ITEMS = Category.of("item", ItemEvent.class);

  @Stored("item-added")
  record Added(String name) implements ItemEvent {}

  @Stored("item-renamed")
  record Renamed(String name) implements ItemEvent {}

  @Stored("item-stock-received")
  record Received(long quantity) implements ItemEvent {}

  @Stored("item-stock-removed")
  record Removed(long quantity) implements ItemEvent {}

  /** It is sold no more. */
  @Stored("item-retired")
  record Retired() implements ItemEvent {}

  /** For an order, which takes it or releases it. */
  @Stored("item-stock-reserved")
  record Reserved(String order, long quantity) implements ItemEvent {}

  /**
   * An order does not take it.
   *
   * @param quantity 0 where nothing was reserved yet, and nothing will be
   */
  @Stored("item-stock-released")
  record Released(String order, long quantity) implements ItemEvent {}

  /** An order took what was reserved for it. */
  @Stored("item-stock-taken-out")
  record TakenOut(String order, long quantity) implements ItemEvent {}
}
