package dev.foldline.shop.fulfilment;

import static dev.foldline.core.Effect.perform;
import static dev.foldline.core.Effect.remind;
import static dev.foldline.core.Effect.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Effect;
import dev.foldline.core.Progress.State;
import dev.foldline.core.Receipt;
import dev.foldline.core.Result;
import dev.foldline.shop.fraud.ScreeningEvent;
import dev.foldline.shop.fulfilment.FulfilmentCommand.Answered;
import dev.foldline.shop.fulfilment.FulfilmentCommand.Begin;
import dev.foldline.shop.fulfilment.FulfilmentCommand.Deadline;
import dev.foldline.shop.fulfilment.FulfilmentCommand.RetryUndo;
import dev.foldline.shop.fulfilment.FulfilmentCommand.TellCleared;
import dev.foldline.shop.fulfilment.FulfilmentCommand.TellEnded;
import dev.foldline.shop.fulfilment.FulfilmentCommand.TellFlagged;
import dev.foldline.shop.fulfilment.FulfilmentCommand.TellOutOfStock;
import dev.foldline.shop.fulfilment.FulfilmentCommand.TellReleased;
import dev.foldline.shop.fulfilment.FulfilmentCommand.TellReserved;
import dev.foldline.shop.fulfilment.FulfilmentCommand.TellShippingAsked;
import dev.foldline.shop.fulfilment.FulfilmentEvent.AuthorisationRequested;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Authorised;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Begun;
import dev.foldline.shop.fulfilment.FulfilmentEvent.CaptureRequested;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Captured;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Completed;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Expired;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Held;
import dev.foldline.shop.fulfilment.FulfilmentEvent.OrderEnded;
import dev.foldline.shop.fulfilment.FulfilmentEvent.OrderReady;
import dev.foldline.shop.fulfilment.FulfilmentEvent.RefundRequested;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Refunded;
import dev.foldline.shop.fulfilment.FulfilmentEvent.ReleaseRequested;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Screened;
import dev.foldline.shop.fulfilment.FulfilmentEvent.ShippingAsked;
import dev.foldline.shop.fulfilment.FulfilmentEvent.StepFailed;
import dev.foldline.shop.fulfilment.FulfilmentEvent.StepRefused;
import dev.foldline.shop.fulfilment.FulfilmentEvent.StockReleased;
import dev.foldline.shop.fulfilment.FulfilmentEvent.StockReserved;
import dev.foldline.shop.fulfilment.FulfilmentEvent.VoidRequested;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Voided;
import dev.foldline.shop.order.Order;
import dev.foldline.shop.order.OrderCommand;
import dev.foldline.shop.order.OrderEvent;
import dev.foldline.shop.order.OrderEvent.Line;
import dev.foldline.shop.order.OrderEvent.Placed;
import dev.foldline.shop.payment.Payments;
import dev.foldline.shop.warehouse.Reservation;
import dev.foldline.shop.warehouse.ReservationCommand;
import dev.foldline.shop.warehouse.ReservationEvent;
import dev.foldline.testing.Given;
import dev.foldline.testing.GivenReaction;
import dev.foldline.testing.GoldenEffects;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The fulfilment of an order")
class FulfilmentTest {

  private static final String ID = GivenReaction.ID;
  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
  private static final Begun BEGUN = new Begun("EUR", 40_00, NOON.plusSeconds(900));
  private static final StockReserved RESERVED = new StockReserved();
  private static final Screened SCREENED = new Screened();
  private static final AuthorisationRequested TO_AUTHORISE =
      new AuthorisationRequested("EUR", 40_00);
  private static final Authorised AUTHORISED = new Authorised("n-1");
  private static final CaptureRequested TO_CAPTURE = new CaptureRequested("n-1", 40_00);
  private static final Captured CAPTURED = new Captured("EUR", 40_00);
  private static final OrderEnded CANCELLED = new OrderEnded("cancelled");

  private static final FulfilmentEvent[] ASKED = {BEGUN, RESERVED, SCREENED, TO_AUTHORISE};
  private static final FulfilmentEvent[] READY = and(ASKED, AUTHORISED, new OrderReady());
  private static final FulfilmentEvent[] TAKING = and(READY, new ShippingAsked(), TO_CAPTURE);
  private static final FulfilmentEvent[] TAKEN = and(TAKING, CAPTURED);

  private static FulfilmentEvent[] and(FulfilmentEvent[] before, FulfilmentEvent... events) {
    List<FulfilmentEvent> all = new ArrayList<>(Arrays.asList(before));
    all.addAll(Arrays.asList(events));
    return all.toArray(FulfilmentEvent[]::new);
  }

  private static Given<FulfilmentCommand, FulfilmentEvent> given(FulfilmentEvent... events) {
    return Given.given(Fulfilment.DECIDER, events);
  }

  private static Answered done(String step) {
    return new Answered("o-1", new Result.Done(step, new Receipt("order-o-1", 7, false)));
  }

  private static Answered done(String step, Object answer) {
    return new Answered("o-1", new Result.Done(step, answer));
  }

  private static Answered refused(String step, String code) {
    return new Answered("o-1", new Result.Refused(step, code));
  }

  private static Answered failed(String step) {
    return new Answered("o-1", new Result.Failed(step, "no-answer"));
  }

  @Test
  void has_the_payment_authorised_once_stock_is_reserved_and_fraud_has_cleared() {
    given().when(new Begin("o-1", BEGUN)).then(BEGUN);
    given(BEGUN).when(new Begin("o-1", BEGUN)).thenNothing();
    given(BEGUN).when(new TellReserved("o-1")).then(RESERVED);
    given(BEGUN, RESERVED).when(new TellCleared("o-1")).then(SCREENED, TO_AUTHORISE);
    given(BEGUN, SCREENED).when(new TellReserved("o-1")).then(RESERVED, TO_AUTHORISE);
    given(RESERVED, SCREENED).when(new Begin("o-1", BEGUN)).then(BEGUN, TO_AUTHORISE);
  }

  @Test
  void goes_on_to_the_shipping() {
    given(ASKED).when(done("authorise", new Payments.Authorised("n-1"))).then(AUTHORISED);
    given(and(ASKED, AUTHORISED)).when(done("ready")).then(new OrderReady());
    given(READY).when(new TellShippingAsked("o-1")).then(new ShippingAsked(), TO_CAPTURE);
    given(and(ASKED, AUTHORISED))
        .when(new TellShippingAsked("o-1"))
        .then(new ShippingAsked(), TO_CAPTURE);
    given(TAKING).when(done("capture", new Payments.Done("n-2"))).then(CAPTURED);
    given(TAKEN).when(done("ship")).then(new Completed());
  }

  @Test
  void has_the_order_refused_where_a_step_is() {
    given(BEGUN)
        .when(new TellOutOfStock("o-1", "out-of-stock"))
        .then(new StepRefused("reserve", "out-of-stock"));
    given(BEGUN)
        .when(new TellFlagged("o-1", "amount-too-large"))
        .then(new StepRefused("screen", "amount-too-large"));
    given(ASKED)
        .when(refused("authorise", "declined"))
        .then(new StepRefused("authorise", "declined"));
    given(ASKED).when(failed("authorise")).then(new StepFailed("authorise", "no-answer"));
    given(TAKING).when(refused("capture", "voided")).then(new StepRefused("capture", "voided"));
  }

  @Test
  void has_it_refused_for_one_reason() {
    FulfilmentEvent refused = new StepRefused("reserve", "out-of-stock");
    given(BEGUN, refused).when(new TellFlagged("o-1", "amount-too-large")).thenNothing();
    given(BEGUN, refused).when(new TellCleared("o-1")).thenNothing();
    given(BEGUN, refused).when(new Deadline("o-1")).thenNothing();
    given(BEGUN, refused).when(done("refuse")).thenNothing();
  }

  @Test
  void has_it_cancelled_where_the_payment_is_not_authorised_in_time() {
    given(BEGUN).when(new Deadline("o-1")).then(new Expired());
    given(ASKED).when(new Deadline("o-1")).then(new Expired());
    given(READY).when(new Deadline("o-1")).thenNothing();
    given(and(ASKED, new Expired()))
        .when(done("authorise", new Payments.Authorised("n-1")))
        .thenNothing();
  }

  @Test
  void undoes_nothing_before_the_order_has_come_to_nothing() {
    given(and(ASKED, new Expired())).when(done("expire")).thenNothing();
    given(and(ASKED, new Expired()))
        .when(new TellEnded("o-1", "too-late"))
        .then(new OrderEnded("too-late"), new VoidRequested());
    given(BEGUN, new StepRefused("reserve", "out-of-stock"))
        .when(new TellEnded("o-1", "out-of-stock"))
        .then(new OrderEnded("out-of-stock"), new ReleaseRequested());
  }

  @Test
  void undoes_the_latest_first() {
    given(TAKEN)
        .when(refused("ship", "order-cancelled"))
        .then(new OrderEnded("order-cancelled"), new RefundRequested());
    given(and(TAKEN, CANCELLED, new RefundRequested()))
        .when(done("refund", new Payments.Done("n-3")))
        .then(new Refunded(), new ReleaseRequested());
    given(and(TAKEN, CANCELLED, new RefundRequested(), new Refunded(), new ReleaseRequested()))
        .when(done("release"))
        .thenNothing();
    given(and(TAKEN, CANCELLED, new RefundRequested(), new Refunded(), new ReleaseRequested()))
        .when(new TellReleased("o-1"))
        .then(new StockReleased("cancelled"));
  }

  @Test
  void waits_for_no_payment_to_undo_it() {
    given(ASKED).when(new TellEnded("o-1", "cancelled")).then(CANCELLED, new VoidRequested());
    given(and(ASKED, CANCELLED, new VoidRequested()))
        .when(done("authorise", new Payments.Authorised("n-1")))
        .thenNothing();
    given(and(ASKED, CANCELLED, new VoidRequested()))
        .when(done("void", new Payments.Done("n-2")))
        .then(new Voided(), new ReleaseRequested());
    given(TAKING).when(new TellEnded("o-1", "cancelled")).then(CANCELLED, new RefundRequested());
    given(and(TAKING, CANCELLED, new RefundRequested()))
        .when(done("capture", new Payments.Done("n-2")))
        .thenNothing();
    given(and(TAKING, CANCELLED, new RefundRequested()))
        .when(done("refund", new Payments.Done("n-3")))
        .then(new Refunded(), new VoidRequested());
  }

  @Test
  void undoes_also_what_failed_and_nothing_that_was_refused() {
    given(and(ASKED, new StepFailed("authorise", "no-answer")))
        .when(new TellEnded("o-1", "no-answer"))
        .then(new OrderEnded("no-answer"), new VoidRequested());
    given(and(ASKED, new StepRefused("authorise", "declined")))
        .when(new TellEnded("o-1", "declined"))
        .then(new OrderEnded("declined"), new ReleaseRequested());
    given(and(TAKING, new StepRefused("capture", "voided")))
        .when(new TellEnded("o-1", "voided"))
        .then(new OrderEnded("voided"), new VoidRequested());
  }

  @Test
  void is_held_where_it_can_not_be_undone_until_that_is_asked_anew() {
    FulfilmentEvent[] held =
        and(ASKED, CANCELLED, new VoidRequested(), new Held("void", "no-answer"));
    given(and(ASKED, CANCELLED, new VoidRequested()))
        .when(failed("void"))
        .then(new Held("void", "no-answer"));
    assertThat(state(held).state()).isEqualTo(State.HELD);
    given(held).when(new RetryUndo("o-1")).then(new VoidRequested());
    given(and(held, new VoidRequested()))
        .when(done("void", new Payments.Done("n-2")))
        .then(new Voided(), new ReleaseRequested());
    given(READY).when(new RetryUndo("o-1")).thenRefused("order-not-held");
    given().when(new RetryUndo("o-1")).thenRefused("order-not-held");
  }

  @Test
  void releases_the_stock_also_where_the_end_comes_before_the_beginning() {
    given().when(new TellEnded("o-1", "cancelled")).then(CANCELLED, new ReleaseRequested());
    given(CANCELLED, new ReleaseRequested()).when(new Begin("o-1", BEGUN)).thenNothing();
    given(CANCELLED, new ReleaseRequested())
        .when(new TellReleased("o-1"))
        .then(new StockReleased("cancelled"));
  }

  @Test
  void shows_each_step() {
    assertThat(shown(TAKEN))
        .isEqualTo(
            "reserve done, screen done, authorise done, ready done, capture done, ship waiting");
    assertThat(
            shown(
                and(
                    TAKEN,
                    CANCELLED,
                    new RefundRequested(),
                    new Refunded(),
                    new ReleaseRequested(),
                    new StockReleased("cancelled"))))
        .isEqualTo(
            "reserve undone, screen done, authorise done, ready done, capture undone, ship failed,"
                + " refund done, release done");
    assertThat(state(and(TAKEN, new Completed())).state()).isEqualTo(State.DONE);
  }

  private static Fulfilment state(FulfilmentEvent... events) {
    return Fulfilment.DECIDER.fold(Fulfilment.DECIDER.initial(), List.of(events));
  }

  private static String shown(FulfilmentEvent... events) {
    return String.join(
        ", ",
        state(events).steps().all().stream()
            .map(step -> step.name() + " " + step.state().name().toLowerCase(Locale.ROOT))
            .toList());
  }

  @Test
  void stands_on_what_is_announced() {
    Placed placed =
        new Placed("ada", "EUR", List.of(new Line("lamp", 2, 20_00)), Duration.ofMinutes(15));
    GivenReaction.given(Announcements.ORDERS)
        .at(NOON)
        .when(placed)
        .then(send("begin", Fulfilment.DECIDER, new Begin(ID, BEGUN)));
    GivenReaction.given(Announcements.ORDERS, placed, new OrderEvent.Ready())
        .when(new OrderEvent.ShippingAsked())
        .then(send("shipping-asked", Fulfilment.DECIDER, new TellShippingAsked(ID)));
    GivenReaction.given(Announcements.RESERVATIONS)
        .when(new ReservationEvent.StockReleased())
        .then(send("released", Fulfilment.DECIDER, new TellReleased(ID)));
    GivenReaction.given(Announcements.SCREENINGS)
        .when(new ScreeningEvent.Flagged("amount-too-large"))
        .then(send("flagged", Fulfilment.DECIDER, new TellFlagged(ID, "amount-too-large")));
    GoldenEffects.of(Announcements.ORDERS)
        .history(placed, new OrderEvent.Ready(), new OrderEvent.ShippingAsked())
        .history(placed, new OrderEvent.Shipped())
        .history(placed, new OrderEvent.Cancelled("cancelled"))
        .history(placed, new OrderEvent.Refused("declined"))
        .check();
    GoldenEffects.of(Announcements.RESERVATIONS)
        .history(
            new ReservationEvent.Requested(List.of(new ReservationEvent.Line("lamp", 2))),
            new ReservationEvent.LineReserved("lamp"),
            new ReservationEvent.StockReserved(),
            new ReservationEvent.ReleaseAsked(),
            new ReservationEvent.Releasing(List.of("lamp")),
            new ReservationEvent.LineReleased("lamp"),
            new ReservationEvent.StockReleased())
        .history(
            new ReservationEvent.LineRefused("lamp", "out-of-stock"),
            new ReservationEvent.StockRefused("lamp", "out-of-stock"))
        .history(
            new ReservationEvent.ShippingAsked(),
            new ReservationEvent.Shipping(List.of("lamp")),
            new ReservationEvent.LineTakenOut("lamp"),
            new ReservationEvent.StockTakenOut())
        .check();
    GoldenEffects.of(Announcements.SCREENINGS)
        .history(new ScreeningEvent.Cleared())
        .history(new ScreeningEvent.Flagged("amount-too-large"))
        .check();
  }

  @Test
  void leads_to_one_thing_after_another() {
    leads(BEGUN, remind("deadline", NOON.plusSeconds(900), new Deadline(ID)));
    leads(
        TO_AUTHORISE,
        perform("authorise", Payments.AUTHORISE, new Payments.Authorise(ID, "EUR", 40_00)));
    leads(AUTHORISED, send("ready", Order.DECIDER, new OrderCommand.MakeReady(ID)));
    leads(TO_CAPTURE, perform("capture", Payments.CAPTURE, new Payments.Capture("n-1", 40_00)));
    leads(CAPTURED, send("ship", Order.DECIDER, new OrderCommand.Ship(ID)));
    leads(
        new StepRefused("reserve", "out-of-stock"),
        send("refuse", Order.DECIDER, new OrderCommand.Refuse(ID, "out-of-stock")));
    leads(
        new StepFailed("authorise", "no-answer"),
        send("refuse", Order.DECIDER, new OrderCommand.Refuse(ID, "no-answer")));
    leads(new Expired(), send("expire", Order.DECIDER, new OrderCommand.Expire(ID)));
    leads(
        new RefundRequested(),
        perform("refund", Payments.REFUND, new Payments.Refund(ID)).undoing("capture"));
    leads(
        new VoidRequested(),
        perform("void", Payments.VOID, new Payments.VoidAuthorisation(ID)).undoing("authorise"));
    leads(
        new ReleaseRequested(),
        send("release", Reservation.DECIDER, new ReservationCommand.Release(ID)));
    GoldenEffects.of(FulfilmentNext.REACTION)
        .history(and(TAKEN, new Completed()))
        .history(and(ASKED, new StepRefused("authorise", "declined")))
        .history(and(ASKED, new StepFailed("authorise", "no-answer")))
        .history(
            and(
                ASKED,
                new Expired(),
                new OrderEnded("too-late"),
                new VoidRequested(),
                new Held("void", "no-answer"),
                new VoidRequested(),
                new Voided(),
                new ReleaseRequested(),
                new StockReleased("too-late")))
        .history(and(TAKEN, CANCELLED, new RefundRequested(), new Refunded()))
        .check();
  }

  private static void leads(FulfilmentEvent event, Effect effect) {
    GivenReaction.given(FulfilmentNext.REACTION).when(event).then(effect);
  }
}
