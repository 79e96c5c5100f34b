package dev.foldline.shop.inventory;

import dev.foldline.shop.Id;
import dev.foldline.shop.Quantity;

/** What may be asked of an item. */
public sealed interface ItemCommand {

  String item();

  record Add(@Id String item, @ItemName String name) implements ItemCommand {}

  record Rename(@Id String item, @ItemName String name) implements ItemCommand {}

  record Receive(@Id String item, @Quantity long quantity) implements ItemCommand {}

  record Remove(@Id String item, @Quantity long quantity) implements ItemCommand {}

  record Retire(@Id String item) implements ItemCommand {}

  record Reserve(String item, String order, long quantity) implements ItemCommand {}

  record Release(String item, String order) implements ItemCommand {}

  record TakeOut(String item, String order) implements ItemCommand {}
}
