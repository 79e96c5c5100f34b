package dev.foldline.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Category;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.shop.billing.InvoiceEvent;
import dev.foldline.shop.fraud.ScreeningEvent;
import dev.foldline.shop.fulfilment.FulfilmentEvent;
import dev.foldline.shop.inventory.ItemEvent;
import dev.foldline.shop.order.OrderEvent;
import dev.foldline.shop.order.OrderEvent.Line;
import dev.foldline.shop.warehouse.ReservationEvent;
import dev.foldline.testing.GoldenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The stored shapes of the shop")
class GoldenFilesTest {

  private static final EventCodec CODEC =
      new EventCodec(
          List.of(
              OrderEvent.ORDERS,
              ItemEvent.ITEMS,
              ReservationEvent.RESERVATIONS,
              ScreeningEvent.SCREENINGS,
              InvoiceEvent.INVOICES,
              FulfilmentEvent.FULFILMENTS));

  private static final OrderEvent.Placed PLACED =
      new OrderEvent.Placed(
          "ada", "EUR", List.of(new Line("lamp", 2, 20_00)), Duration.ofMinutes(15));

  @SafeVarargs
  private static <E> void check(Category<E> category, E... examples) {
    GoldenFiles.of(category)
        .check(event -> CODEC.encode(UUID.randomUUID(), event).data(), CODEC::decode, examples);
  }

  @Test
  void can_be_read_for_ever() {
    check(
        OrderEvent.ORDERS,
        PLACED,
        new OrderEvent.Ready(),
        new OrderEvent.ShippingAsked(),
        new OrderEvent.Shipped(),
        new OrderEvent.Cancelled("too-late"),
        new OrderEvent.Refused("declined"));
    check(
        ItemEvent.ITEMS,
        new ItemEvent.Added("Große Lampe"),
        new ItemEvent.Renamed("Lamp"),
        new ItemEvent.Received(5),
        new ItemEvent.Removed(1),
        new ItemEvent.Retired(),
        new ItemEvent.Reserved("o-1", 2),
        new ItemEvent.Released("o-1", 2),
        new ItemEvent.TakenOut("o-1", 2));
    check(
        ReservationEvent.RESERVATIONS,
        new ReservationEvent.Requested(List.of(new ReservationEvent.Line("lamp", 2))),
        new ReservationEvent.LineReserved("lamp"),
        new ReservationEvent.LineRefused("lamp", "out-of-stock"),
        new ReservationEvent.StockReserved(),
        new ReservationEvent.StockRefused("lamp", "out-of-stock"),
        new ReservationEvent.ReleaseAsked(),
        new ReservationEvent.Releasing(List.of("lamp")),
        new ReservationEvent.LineReleased("lamp"),
        new ReservationEvent.StockReleased(),
        new ReservationEvent.ShippingAsked(),
        new ReservationEvent.Shipping(List.of("lamp")),
        new ReservationEvent.LineTakenOut("lamp"),
        new ReservationEvent.StockTakenOut());
    check(
        ScreeningEvent.SCREENINGS,
        new ScreeningEvent.Cleared(),
        new ScreeningEvent.Flagged("amount-too-large"));
    check(
        InvoiceEvent.INVOICES,
        new InvoiceEvent.Raised("ada", "EUR", 40_00),
        new InvoiceEvent.Cancelled());
    check(
        FulfilmentEvent.FULFILMENTS,
        new FulfilmentEvent.Begun("EUR", 40_00, Instant.parse("2026-06-01T12:15:00Z")),
        new FulfilmentEvent.StockReserved(),
        new FulfilmentEvent.Screened(),
        new FulfilmentEvent.AuthorisationRequested("EUR", 40_00),
        new FulfilmentEvent.Authorised("n-1"),
        new FulfilmentEvent.OrderReady(),
        new FulfilmentEvent.ShippingAsked(),
        new FulfilmentEvent.CaptureRequested("n-1", 40_00),
        new FulfilmentEvent.Captured("EUR", 40_00),
        new FulfilmentEvent.Completed(),
        new FulfilmentEvent.StepRefused("authorise", "declined"),
        new FulfilmentEvent.StepFailed("authorise", "no-answer"),
        new FulfilmentEvent.Expired(),
        new FulfilmentEvent.OrderEnded("too-late"),
        new FulfilmentEvent.RefundRequested(),
        new FulfilmentEvent.Refunded(),
        new FulfilmentEvent.VoidRequested(),
        new FulfilmentEvent.Voided(),
        new FulfilmentEvent.ReleaseRequested(),
        new FulfilmentEvent.StockReleased("too-late"),
        new FulfilmentEvent.Held("void", "no-answer"));
  }

  @Test
  void of_orders_before_there_were_currencies_are_in_euros() throws IOException {
    byte[] first = Files.readAllBytes(Path.of("src/test/resources/golden/order/order-placed.json"));

    assertThat(CODEC.decode("order-placed", first)).isEqualTo(List.of(PLACED));
  }
}
