package dev.foldline.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Progress.State;
import dev.foldline.shop.billing.Invoice;
import dev.foldline.shop.fraud.Screening;
import dev.foldline.shop.fulfilment.Announcements;
import dev.foldline.shop.fulfilment.Fulfilment;
import dev.foldline.shop.fulfilment.FulfilmentNext;
import dev.foldline.shop.inventory.Item;
import dev.foldline.shop.inventory.ItemCommand.Add;
import dev.foldline.shop.inventory.ItemCommand.Receive;
import dev.foldline.shop.notify.Notifier;
import dev.foldline.shop.order.Order;
import dev.foldline.shop.order.OrderCommand.AskToShip;
import dev.foldline.shop.order.OrderCommand.Cancel;
import dev.foldline.shop.order.OrderCommand.Place;
import dev.foldline.shop.order.OrderEvent.Line;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.shop.warehouse.Reservation;
import dev.foldline.shop.warehouse.Warehouse;
import dev.foldline.testing.simulation.Simulation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Orders, whatever is lost, late or delivered again,")
class ShopSimulationTest {

  private static final long SEEDS = Long.getLong("shop.seeds", 1_000);
  private static final Duration WITHIN = Duration.ofMinutes(15);
  private static final List<String> ORDERS = List.of("o-1", "o-2", "o-3", "o-4", "o-5");

  @Test
  void come_to_their_ends_with_the_money_and_the_stock_that_is_due() {
    Set<String> ends = new ConcurrentSkipListSet<>();
    Simulation.withSeeds(
        LongStream.range(0, SEEDS), seed -> ends.addAll(run(seed, new Ledger(false, "o-4"))));
    assertThat(ends)
        .contains("done", "too-late", "cancelled", "out-of-stock", "declined", "amount-too-large");
  }

  @Test
  void at_a_provider_that_voids_nothing_are_found_out() {
    assertThatThrownBy(
            () ->
                Simulation.withSeeds(
                    LongStream.range(0, SEEDS), seed -> run(seed, new Ledger(true, "o-4"))))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("is still authorised");
  }

  private static Set<String> run(long seed, Ledger ledger) {
    Simulation shop = shop(ledger);
    shop.give(Item.DECIDER, new Add("lamp", "Lamp"), new Receive("lamp", 5));
    shop.give(Item.DECIDER, new Add("desk", "Desk"), new Receive("desk", 2));
    shop.run();

    shop.give(Order.DECIDER, place("o-1", new Line("lamp", 2, 20_00), new Line("desk", 1, 90_00)));
    if (seed % 4 != 0) {
      return end(seed, shop, ledger, List.of("o-1"));
    }
    shop.give(Order.DECIDER, place("o-2", new Line("desk", 1, 90_00), new Line("lamp", 2, 20_00)));
    shop.give(Order.DECIDER, place("o-3", new Line("lamp", 2, 20_00), new Line("desk", 1, 90_00)));
    shop.give(Order.DECIDER, place("o-4", new Line("lamp", 1, 20_00)));
    shop.give(Order.DECIDER, place("o-5", new Line("lamp", 1, 20_000_00)));
    if (seed % 2 == 0) {
      shop.run(seed);
    }
    shop.give(Order.DECIDER, new AskToShip("o-1"), new AskToShip("o-2"));
    if (seed % 3 == 0) {
      shop.give(Order.DECIDER, new Cancel("o-1"), new Cancel("o-3"));
    }
    return end(seed, shop, ledger, ORDERS);
  }

  /** Their time is over at any moment, then they are to be shipped, and at last cancelled. */
  private static Set<String> end(long seed, Simulation shop, Ledger ledger, List<String> orders) {
    shop.run(seed + SEEDS, Instant.EPOCH.plus(WITHIN));
    for (String order : orders) {
      shop.give(Order.DECIDER, new AskToShip(order));
    }
    shop.run(seed + 2 * SEEDS);
    for (String order : orders) {
      shop.give(Order.DECIDER, new Cancel(order));
    }
    shop.run(seed + 3 * SEEDS);

    Set<String> ends = new TreeSet<>();
    for (String order : orders) {
      ends.add(judge(shop, ledger, order));
    }
    for (String item : List.of("lamp", "desk")) {
      assertThat(shop.state(Item.DECIDER, item).reserved()).as("%s", shop).isEmpty();
    }
    return ends;
  }

  /** How an order ended. */
  private static String judge(Simulation shop, Ledger ledger, String id) {
    Order order = shop.state(Order.DECIDER, id);
    Fulfilment fulfilment = shop.state(Fulfilment.DECIDER, id);
    boolean isShipped = order instanceof Order.Sent;
    assertThat(fulfilment.state()).as("%s", shop).isEqualTo(isShipped ? State.DONE : State.FAILED);
    assertThat(fulfilment.waitsFor()).as("%s", shop).isEmpty();
    assertThat(ledger.taken(id)).as("%s", shop).isEqualTo(isShipped ? order.placed().cents() : 0);
    assertThat(ledger.isOpen(id)).as("%s is still authorised: %s", id, shop).isFalse();
    assertThat(shop.state(Invoice.DECIDER, id).status())
        .isEqualTo(isShipped ? Invoice.Status.OPEN : Invoice.Status.CANCELLED);
    assertThat(shop.state(Reservation.DECIDER, id).state().isOver()).as("%s", shop).isTrue();
    return fulfilment.code().orElse("done");
  }

  private static Simulation shop(Ledger ledger) {
    return ledger
        .in(
            Simulation.of(
                Warehouse.ORDERS,
                Warehouse.RESERVATIONS,
                Screening.REACTION,
                Invoice.BILLING,
                Notifier.REACTION,
                Announcements.ORDERS,
                Announcements.RESERVATIONS,
                Announcements.SCREENINGS,
                FulfilmentNext.REACTION))
        .performing(Notifier.MAIL, (_, attempt) -> new Notifier.Sent(attempt.key()))
        .at(Instant.EPOCH);
  }

  private static Place place(String order, Line... lines) {
    return new Place(order, new Placed("ada", "EUR", List.of(lines), WITHIN));
  }
}
