package dev.foldline.shop.inventory;

import static dev.foldline.shop.inventory.ItemEvent.ITEMS;

import dev.foldline.core.Decider;
import dev.foldline.core.Refused;
import dev.foldline.shop.inventory.ItemCommand.Add;
import dev.foldline.shop.inventory.ItemCommand.Receive;
import dev.foldline.shop.inventory.ItemCommand.Release;
import dev.foldline.shop.inventory.ItemCommand.Remove;
import dev.foldline.shop.inventory.ItemCommand.Rename;
import dev.foldline.shop.inventory.ItemCommand.Reserve;
import dev.foldline.shop.inventory.ItemCommand.Retire;
import dev.foldline.shop.inventory.ItemCommand.TakeOut;
import dev.foldline.shop.inventory.ItemEvent.Added;
import dev.foldline.shop.inventory.ItemEvent.Received;
import dev.foldline.shop.inventory.ItemEvent.Released;
import dev.foldline.shop.inventory.ItemEvent.Removed;
import dev.foldline.shop.inventory.ItemEvent.Renamed;
import dev.foldline.shop.inventory.ItemEvent.Reserved;
import dev.foldline.shop.inventory.ItemEvent.Retired;
import dev.foldline.shop.inventory.ItemEvent.TakenOut;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An item as its decisions see it.
 *
 * @param name empty before it was added
 * @param stock how many there are, those that are reserved included
 * @param reserved how many by order
 * @param released the orders that released it before they reserved it: they get none any more
 */
public record Item(
    Sale sale, String name, long stock, Map<String, Long> reserved, Set<String> released) {

  /** More than these nobody stores. */
  static final long MOST = 1_000_000_000_000L;

  public static final Decider<ItemCommand, Item, ItemEvent> DECIDER =
      new Decider<>(
          ITEMS,
          ItemCommand::item,
          new Item(Sale.NOT_YET, "", 0, Map.of(), Set.of()),
          Item::decide,
          Item::evolve);

  /** Whether it is sold. */
  public enum Sale {
    NOT_YET,
    NOW,
    NO_MORE
  }

  /** How many can be reserved. */
  private long available() {
    return stock - reserved.values().stream().mapToLong(Long::longValue).sum();
  }

  private static List<ItemEvent> decide(ItemCommand command, Item item) {
    return switch (command) {
      case Add(_, var name) -> item.add(name);
      case Rename(_, var name) ->
          item.sold().name.equals(name) ? List.of() : List.of(new Renamed(name));
      case Receive(_, var quantity) -> item.sold().receive(quantity);
      case Remove(_, var quantity) -> item.known().remove(quantity);
      case Retire _ -> item.known().retire();
      case Reserve(_, var order, var quantity) -> item.reserve(order, quantity);
      case Release(_, var order) -> item.release(order);
      case TakeOut(_, var order) -> item.takeOut(order);
    };
  }

  private Item known() {
    if (sale == Sale.NOT_YET) {
      throw new Refused("no-such-item");
    }
    return this;
  }

  private Item sold() {
    if (known().sale == Sale.NO_MORE) {
      throw new Refused("item-retired");
    }
    return this;
  }

  private List<ItemEvent> add(String asked) {
    if (sale == Sale.NOT_YET) {
      return List.of(new Added(asked));
    }
    throw new Refused("item-exists");
  }

  private List<ItemEvent> receive(long quantity) {
    if (quantity > MOST - stock) {
      throw new Refused("stock-too-large");
    }
    return List.of(new Received(quantity));
  }

  private List<ItemEvent> remove(long quantity) {
    if (quantity > stock) {
      throw new Refused("not-enough-stock");
    }
    if (quantity > available()) {
      throw new Refused("stock-is-reserved");
    }
    return List.of(new Removed(quantity));
  }

  private List<ItemEvent> retire() {
    if (!reserved.isEmpty()) {
      throw new Refused("stock-is-reserved");
    }
    return sale == Sale.NO_MORE ? List.of() : List.of(new Retired());
  }

  private List<ItemEvent> reserve(String order, long quantity) {
    if (released.contains(order)) {
      throw new Refused("order-is-over");
    }
    if (reserved.containsKey(order)) {
      return List.of();
    }
    if (quantity > sold().available()) {
      throw new Refused("out-of-stock");
    }
    return List.of(new Reserved(order, quantity));
  }

  private List<ItemEvent> release(String order) {
    return released.contains(order)
        ? List.of()
        : List.of(new Released(order, reserved.getOrDefault(order, 0L)));
  }

  private List<ItemEvent> takeOut(String order) {
    return reserved.containsKey(order)
        ? List.of(new TakenOut(order, reserved.get(order)))
        : List.of();
  }

  private static Item evolve(Item item, ItemEvent event) {
    return switch (event) {
      case Added(var name) -> item.with(Sale.NOW, name);
      case Renamed(var name) -> item.with(Sale.NOW, name);
      case Received(var quantity) -> item.plus(quantity);
      case Removed(var quantity) -> item.plus(-quantity);
      case Retired() -> item.with(Sale.NO_MORE, item.name);
      case Reserved(var order, var quantity) -> item.reserved(order, quantity);
      case Released(var order, var quantity) ->
          quantity == 0 ? item.releasedBefore(order) : item.without(order);
      case TakenOut(var order, var quantity) -> item.without(order).plus(-quantity);
    };
  }

  private Item with(Sale next, String called) {
    return new Item(next, called, stock, reserved, released);
  }

  private Item plus(long quantity) {
    return new Item(sale, name, stock + quantity, reserved, released);
  }

  private Item reserved(String order, long quantity) {
    Map<String, Long> all = new TreeMap<>(reserved);
    all.put(order, quantity);
    return new Item(sale, name, stock, all, released);
  }

  private Item without(String order) {
    Map<String, Long> all = new TreeMap<>(reserved);
    all.remove(order);
    return new Item(sale, name, stock, all, released);
  }

  private Item releasedBefore(String order) {
    Set<String> all = new TreeSet<>(released);
    all.add(order);
    return new Item(sale, name, stock, reserved, all);
  }
}
