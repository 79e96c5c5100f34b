package dev.foldline.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Decider;
import dev.foldline.core.Progress.State;
import dev.foldline.core.Refused;
import dev.foldline.shop.billing.Invoice;
import dev.foldline.shop.billing.InvoiceEvent.Raised;
import dev.foldline.shop.fraud.Screening;
import dev.foldline.shop.fulfilment.Fulfilment;
import dev.foldline.shop.fulfilment.FulfilmentCommand;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Begun;
import dev.foldline.shop.inventory.Item;
import dev.foldline.shop.inventory.ItemCommand;
import dev.foldline.shop.order.Order;
import dev.foldline.shop.order.OrderCommand;
import dev.foldline.shop.order.OrderEvent;
import dev.foldline.shop.warehouse.Reservation;
import dev.foldline.shop.warehouse.ReservationCommand;
import dev.foldline.shop.warehouse.ReservationEvent.Line;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The first commands of the shop, in any order,")
class PermutationsTest {

  private static final String O = "o-1";
  private static final Begun BEGUN = new Begun("EUR", 1_00, Instant.EPOCH);

  /** Gives a decider all orders of the commands. */
  private static <C, S, E> void all(
      Decider<C, S, E> decider, List<C> commands, BiConsumer<List<C>, S> end) {
    permute(commands, List.of(), order -> end.accept(order, fold(decider, order)));
  }

  private static <C> void permute(List<C> left, List<C> taken, Consumer<List<C>> each) {
    if (left.isEmpty()) {
      each.accept(taken);
    }
    for (int i = 0; i < left.size(); i++) {
      List<C> rest = new ArrayList<>(left);
      List<C> next = new ArrayList<>(taken);
      next.add(rest.remove(i));
      permute(rest, next, each);
    }
  }

  private static <C, S, E> S fold(Decider<C, S, E> decider, List<C> commands) {
    S state = decider.initial();
    for (C command : commands) {
      state = decider.fold(state, decided(decider, state, command));
    }
    return state;
  }

  private static <C, S, E> List<E> decided(Decider<C, S, E> decider, S state, C command) {
    try {
      return decider.decide().apply(command, state);
    } catch (Refused _) {
      return List.of();
    }
  }

  @Test
  void of_an_invoice_leave_none_open_that_was_cancelled() {
    all(
        Invoice.DECIDER,
        List.of(new Invoice.Raise(O, new Raised("ada", "EUR", 1_00)), new Invoice.Cancel(O)),
        (order, invoice) ->
            assertThat(invoice.status()).as("%s", order).isEqualTo(Invoice.Status.CANCELLED));
  }

  @Test
  void of_an_item_leave_nothing_reserved_that_was_released() {
    all(
        Item.DECIDER,
        List.of(
            new ItemCommand.Add("lamp", "Lamp"),
            new ItemCommand.Receive("lamp", 5),
            new ItemCommand.Reserve("lamp", O, 2),
            new ItemCommand.Release("lamp", O)),
        (order, item) -> assertThat(item.reserved()).as("%s", order).isEmpty());
  }

  @Test
  void of_a_reservation_leave_it_to_end_once_its_lines_are_answered() {
    List<ReservationCommand> commands =
        List.of(
            new ReservationCommand.Reserve(O, List.of(new Line("lamp", 1), new Line("desk", 1))),
            new ReservationCommand.Release(O));
    all(
        Reservation.DECIDER,
        commands,
        (order, reservation) ->
            assertThat(reservation.state().isOver() || reservation.waitsFor().isPresent())
                .as("%s", order)
                .isTrue());
    all(
        Reservation.DECIDER,
        List.of(commands.getFirst(), new ReservationCommand.Ship(O)),
        (order, reservation) ->
            assertThat(reservation.waitsFor()).as("%s", order).contains("reserve/lamp"));
  }

  @Test
  void of_a_screening_are_one() {
    all(
        Screening.DECIDER,
        List.of(new Screening.Screen(O, 1), new Screening.Screen(O, Long.MAX_VALUE)),
        (order, screening) -> assertThat(screening.isOver()).as("%s", order).isTrue());
  }

  @Test
  void of_an_order_ship_it_or_have_it_come_to_nothing() {
    all(
        Order.DECIDER,
        List.of(
            new OrderCommand.Place(
                O,
                new OrderEvent.Placed(
                    "ada",
                    "EUR",
                    List.of(new OrderEvent.Line("lamp", 1, 1)),
                    Duration.ofMinutes(1))),
            new OrderCommand.MakeReady(O),
            new OrderCommand.Cancel(O),
            new OrderCommand.Refuse(O, "declined"),
            new OrderCommand.Ship(O)),
        (order, state) -> assertThat(state instanceof Order.None).as("%s", order).isFalse());
  }

  @Test
  void of_a_fulfilment_have_the_payment_authorised_whatever_is_announced_first() {
    all(
        Fulfilment.DECIDER,
        List.of(
            new FulfilmentCommand.Begin(O, BEGUN),
            new FulfilmentCommand.TellReserved(O),
            new FulfilmentCommand.TellCleared(O)),
        (order, state) -> assertThat(state.waitsFor()).as("%s", order).contains("authorise"));
  }

  @Test
  void of_a_fulfilment_leave_nothing_to_wait_for_but_its_undoing_where_the_order_has_ended() {
    List<FulfilmentCommand> commands =
        List.of(
            new FulfilmentCommand.Begin(O, BEGUN),
            new FulfilmentCommand.TellReserved(O),
            new FulfilmentCommand.TellFlagged(O, "amount-too-large"),
            new FulfilmentCommand.TellShippingAsked(O),
            new FulfilmentCommand.Deadline(O),
            new FulfilmentCommand.TellEnded(O, "cancelled"));
    all(
        Fulfilment.DECIDER,
        commands,
        (order, state) -> {
          assertThat(state.ended()).as("%s", order).contains("cancelled");
          assertThat(state.waitsFor()).as("%s", order).contains("release");
          Fulfilment over =
              fold(
                  Fulfilment.DECIDER,
                  Stream.concat(order.stream(), Stream.of(new FulfilmentCommand.TellReleased(O)))
                      .toList());
          assertThat(over.state()).as("%s", order).isEqualTo(State.FAILED);
          assertThat(over.waitsFor()).as("%s", order).isEmpty();
        });
  }
}
