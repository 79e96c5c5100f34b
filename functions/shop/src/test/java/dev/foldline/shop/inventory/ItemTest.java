package dev.foldline.shop.inventory;

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
import dev.foldline.testing.Given;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An item")
class ItemTest {

  private static final Added LAMP = new Added("Lamp");
  private static final Received FIVE = new Received(5);
  private static final Reserved TWO = new Reserved("o-1", 2);

  private static Given<ItemCommand, ItemEvent> given(ItemEvent... events) {
    return Given.given(Item.DECIDER, events);
  }

  @Test
  void is_added_once_and_renamed() {
    given().when(new Add("lamp", "Lamp")).then(LAMP);
    given(LAMP).when(new Add("lamp", "Lamp")).thenRefused("item-exists");
    given(LAMP).when(new Rename("lamp", "Große Lampe")).then(new Renamed("Große Lampe"));
    given(LAMP).when(new Rename("lamp", "Lamp")).thenNothing();
    given().when(new Rename("lamp", "Lamp")).thenRefused("no-such-item");
  }

  @Test
  void is_received_and_removed() {
    given(LAMP).when(new Receive("lamp", 5)).then(FIVE);
    given(LAMP, new Received(Item.MOST))
        .when(new Receive("lamp", 1))
        .thenRefused("stock-too-large");
    given(LAMP, FIVE).when(new Remove("lamp", 5)).then(new Removed(5));
    given(LAMP, FIVE).when(new Remove("lamp", 6)).thenRefused("not-enough-stock");
    given().when(new Receive("lamp", 5)).thenRefused("no-such-item");
  }

  @Test
  void is_reserved_as_far_as_there_is_stock() {
    given(LAMP, FIVE).when(new Reserve("lamp", "o-1", 2)).then(TWO);
    given(LAMP, FIVE, TWO).when(new Reserve("lamp", "o-1", 2)).thenNothing();
    given(LAMP, FIVE, TWO).when(new Reserve("lamp", "o-2", 4)).thenRefused("out-of-stock");
    given(LAMP, FIVE, TWO, new Released("o-1", 2))
        .when(new Reserve("lamp", "o-2", 4))
        .then(new Reserved("o-2", 4));
    given().when(new Reserve("lamp", "o-1", 2)).thenRefused("no-such-item");
  }

  @Test
  void keeps_what_is_reserved() {
    given(LAMP, FIVE, TWO).when(new Remove("lamp", 3)).then(new Removed(3));
    given(LAMP, FIVE, TWO).when(new Remove("lamp", 4)).thenRefused("stock-is-reserved");
    given(LAMP, FIVE, TWO).when(new Retire("lamp")).thenRefused("stock-is-reserved");
  }

  @Test
  void is_released_and_taken_out_whatever_it_is() {
    given(LAMP, FIVE, TWO).when(new Release("lamp", "o-1")).then(new Released("o-1", 2));
    given(LAMP, FIVE, TWO).when(new TakeOut("lamp", "o-1")).then(new TakenOut("o-1", 2));
    given(LAMP, FIVE).when(new TakeOut("lamp", "o-1")).thenNothing();
    given(LAMP, FIVE, TWO, new TakenOut("o-1", 2))
        .when(new Remove("lamp", 4))
        .thenRefused("not-enough-stock");
  }

  @Test
  void is_not_reserved_for_an_order_that_released_it_before() {
    given().when(new Release("lamp", "o-1")).then(new Released("o-1", 0));
    given(new Released("o-1", 0)).when(new Release("lamp", "o-1")).thenNothing();
    given(new Released("o-1", 0), LAMP, FIVE)
        .when(new Reserve("lamp", "o-1", 2))
        .thenRefused("order-is-over");
  }

  @Test
  void is_retired_for_good() {
    given(LAMP, FIVE).when(new Retire("lamp")).then(new Retired());
    given(LAMP, new Retired()).when(new Retire("lamp")).thenNothing();
    given(LAMP, FIVE, new Retired())
        .when(new Reserve("lamp", "o-1", 1))
        .thenRefused("item-retired");
    given(LAMP, new Retired()).when(new Receive("lamp", 1)).thenRefused("item-retired");
    given(LAMP, FIVE, new Retired()).when(new Remove("lamp", 5)).then(new Removed(5));
    given(LAMP, new Retired()).when(new Add("lamp", "Lamp")).thenRefused("item-exists");
  }
}
