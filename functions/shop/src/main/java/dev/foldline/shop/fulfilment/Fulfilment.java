package dev.foldline.shop.fulfilment;

import static dev.foldline.shop.fulfilment.FulfilmentEvent.FULFILMENTS;

import dev.foldline.core.Decider;
import dev.foldline.core.Progress;
import dev.foldline.core.Refused;
import dev.foldline.core.Result;
import dev.foldline.core.Steps;
import dev.foldline.core.Steps.Step;
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
import dev.foldline.shop.payment.Payments;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An order on its way to its shipping, or back: what it stands on is announced by others, in any
 * order, and whether the order comes to nothing is decided by the order itself.
 *
 * @param begun what was ordered, once that is known
 * @param authorisation by which the payment is captured
 * @param isRefused whether the order is asked to come to nothing
 * @param ended why the order has come to nothing
 */
public record Fulfilment(
    Steps steps,
    Optional<Begun> begun,
    Optional<String> authorisation,
    boolean shippingAsked,
    boolean isRefused,
    Optional<String> ended)
    implements Progress {

  static final String RESERVE = "reserve";
  static final String SCREEN = "screen";
  static final String AUTHORISE = "authorise";
  static final String READY = "ready";
  static final String CAPTURE = "capture";
  static final String SHIP = "ship";
  static final String REFUSE = "refuse";
  static final String EXPIRE = "expire";
  static final String REFUND = "refund";
  static final String VOID = "void";
  static final String RELEASE = "release";

  public static final Decider<FulfilmentCommand, Fulfilment, FulfilmentEvent> DECIDER =
      new Decider<>(
          FULFILMENTS,
          FulfilmentCommand::order,
          new Fulfilment(
              Steps.NONE, Optional.empty(), Optional.empty(), false, false, Optional.empty()),
          Fulfilment::decide,
          Fulfilment::evolve);

  private static List<FulfilmentEvent> decide(FulfilmentCommand command, Fulfilment fulfilment) {
    return switch (command) {
      case Begin(_, var begun) ->
          fulfilment.begun.isEmpty() ? fulfilment.goOnWith(begun) : List.of();
      case TellReserved _ -> fulfilment.goOnWith(new StockReserved());
      case TellOutOfStock(_, var code) -> fulfilment.goOnWith(new StepRefused(RESERVE, code));
      case TellCleared _ -> fulfilment.goOnWith(new Screened());
      case TellFlagged(_, var code) -> fulfilment.goOnWith(new StepRefused(SCREEN, code));
      case TellShippingAsked _ ->
          fulfilment.shippingAsked ? List.of() : fulfilment.goOnWith(new ShippingAsked());
      case Deadline _ ->
          fulfilment.authorisation.isEmpty() ? fulfilment.goOnWith(new Expired()) : List.of();
      case TellEnded(_, var code) -> fulfilment.end(code);
      case TellReleased _ ->
          fulfilment.steps.waitsFor(RELEASE)
              ? List.of(new StockReleased(fulfilment.ended.orElseThrow()))
              : List.of();
      case Answered(_, var result) -> fulfilment.answer(result);
      case RetryUndo _ -> fulfilment.retryUndo();
    };
  }

  /** Unless the order comes to nothing: an event, and what follows from it. */
  private List<FulfilmentEvent> goOnWith(FulfilmentEvent event) {
    return isRefused || ended.isPresent() || state().isOver()
        ? List.of()
        : Stream.concat(Stream.of(event), evolve(this, event).next().stream()).toList();
  }

  private Optional<FulfilmentEvent> next() {
    if (begun.isPresent() && isDone(RESERVE) && isDone(SCREEN) && steps.of(AUTHORISE).isEmpty()) {
      return begun.map(it -> new AuthorisationRequested(it.currency(), it.cents()));
    }
    if (shippingAsked && authorisation.isPresent() && steps.of(CAPTURE).isEmpty()) {
      return begun.map(it -> new CaptureRequested(authorisation.get(), it.cents()));
    }
    return Optional.empty();
  }

  private boolean isDone(String step) {
    return is(step, Step.State.DONE);
  }

  private boolean is(String step, Step.State state) {
    return steps.of(step).equals(Optional.of(state));
  }

  private List<FulfilmentEvent> answer(Result result) {
    return steps.waitsFor(result.effect())
        ? switch (result) {
          case Result.Done(var step, var answer) -> done(step, answer);
          case Result.Refused(var step, var code) -> refused(step, code);
          case Result.Failed(var step, var code) -> failed(step, code);
        }
        : List.of();
  }

  private List<FulfilmentEvent> done(String step, Object answer) {
    return switch (step) {
      case AUTHORISE -> goOnWith(new Authorised(((Payments.Authorised) answer).authorisation()));
      case READY -> goOnWith(new OrderReady());
      case CAPTURE ->
          goOnWith(new Captured(begun.orElseThrow().currency(), begun.orElseThrow().cents()));
      case SHIP -> List.of(new Completed());
      case REFUND -> undoneBy(new Refunded());
      case VOID -> undoneBy(new Voided());
      case REFUSE, EXPIRE, RELEASE -> List.of(); // what follows is announced
      default -> throw new IllegalStateException(step);
    };
  }

  private List<FulfilmentEvent> refused(String step, String code) {
    return switch (step) {
      case AUTHORISE, CAPTURE -> goOnWith(new StepRefused(step, code));
      case SHIP -> end(code);
      case REFUND, VOID, RELEASE -> List.of(new Held(step, code));
      case READY, REFUSE, EXPIRE -> List.of(); // the order has ended, which is announced
      default -> throw new IllegalStateException(step);
    };
  }

  private List<FulfilmentEvent> failed(String step, String code) {
    return switch (step) {
      case AUTHORISE, CAPTURE -> goOnWith(new StepFailed(step, code));
      default -> refused(step, code);
    };
  }

  /** What may have taken place is undone, the latest first, as the order has come to nothing. */
  private List<FulfilmentEvent> end(String code) {
    return ended.isPresent() || state().isOver() ? List.of() : undoneBy(new OrderEnded(code));
  }

  private List<FulfilmentEvent> undoneBy(FulfilmentEvent event) {
    return List.of(event, evolve(this, event).nextUndo());
  }

  private FulfilmentEvent nextUndo() {
    if (mayHaveTakenPlace(CAPTURE) && !isDone(REFUND)) {
      return new RefundRequested();
    }
    boolean isCaptured = isDone(CAPTURE) || is(CAPTURE, Step.State.UNDONE);
    return mayHaveTakenPlace(AUTHORISE) && !isCaptured && !isDone(VOID)
        ? new VoidRequested()
        : new ReleaseRequested();
  }

  private boolean mayHaveTakenPlace(String step) {
    return steps.of(step).filter(state -> state != Step.State.REFUSED).isPresent();
  }

  private List<FulfilmentEvent> retryUndo() {
    if (state() != State.HELD) {
      throw new Refused("order-not-held");
    }
    return List.of(nextUndo());
  }

  private static Fulfilment evolve(Fulfilment fulfilment, FulfilmentEvent event) {
    Steps steps = fulfilment.steps;
    return switch (event) {
      case Begun begun -> fulfilment.begunWith(begun);
      case StockReserved() -> fulfilment.with(steps.done(RESERVE));
      case Screened() -> fulfilment.with(steps.done(SCREEN));
      case AuthorisationRequested _ -> fulfilment.with(steps.start(AUTHORISE));
      case Authorised(var authorisation) -> fulfilment.authorised(authorisation);
      case OrderReady() -> fulfilment.with(steps.done(READY));
      case ShippingAsked() -> fulfilment.askedToShip();
      case CaptureRequested _ -> fulfilment.with(steps.start(CAPTURE));
      case Captured _ -> fulfilment.with(steps.done(CAPTURE).start(SHIP));
      case Completed() -> fulfilment.with(steps.done(SHIP).completed());
      case StepRefused(var step, _) -> fulfilment.refusing(steps.refused(step).start(REFUSE));
      case StepFailed(var step, _) -> fulfilment.refusing(steps.failed(step).start(REFUSE));
      case Expired() -> fulfilment.refusing(steps.start(EXPIRE));
      case OrderEnded(var code) -> fulfilment.endedFor(code);
      case RefundRequested() -> fulfilment.with(steps.start(REFUND));
      case Refunded() -> fulfilment.with(steps.done(REFUND)).undone(CAPTURE);
      case VoidRequested() -> fulfilment.with(steps.start(VOID));
      case Voided() -> fulfilment.with(steps.done(VOID)).undone(AUTHORISE);
      case ReleaseRequested() -> fulfilment.with(steps.start(RELEASE));
      case StockReleased(var code) ->
          fulfilment.with(steps.done(RELEASE).failedWith(code)).undone(RESERVE);
      case Held(var step, var code) -> fulfilment.with(steps.refused(step).heldFor(code));
    };
  }

  private Fulfilment begunWith(Begun order) {
    Steps begun = steps.of(RESERVE).isEmpty() ? steps.start(RESERVE) : steps;
    return new Fulfilment(
        begun.of(SCREEN).isEmpty() ? begun.start(SCREEN) : begun,
        Optional.of(order),
        authorisation,
        shippingAsked,
        isRefused,
        ended);
  }

  private Fulfilment authorised(String number) {
    return new Fulfilment(
        steps.done(AUTHORISE).start(READY),
        begun,
        Optional.of(number),
        shippingAsked,
        isRefused,
        ended);
  }

  /** Only what is ready is asked for. */
  private Fulfilment askedToShip() {
    return new Fulfilment(
        steps.waitsFor(READY) ? steps.done(READY) : steps,
        begun,
        authorisation,
        true,
        isRefused,
        ended);
  }

  private Fulfilment refusing(Steps next) {
    return new Fulfilment(next, begun, authorisation, shippingAsked, true, ended);
  }

  /** What is not answered yet may have taken place; that the order is to end has. */
  private Fulfilment endedFor(String code) {
    Steps left = steps;
    for (Step step : steps.all()) {
      left = step.waits() ? left.failed(step.name()) : left;
    }
    for (String asked : List.of(REFUSE, EXPIRE)) {
      left = left.of(asked).isPresent() ? left.done(asked) : left;
    }
    return new Fulfilment(left, begun, authorisation, shippingAsked, isRefused, Optional.of(code));
  }

  private Fulfilment undone(String step) {
    return isDone(step) ? with(steps.undone(step)) : this;
  }

  private Fulfilment with(Steps next) {
    return new Fulfilment(next, begun, authorisation, shippingAsked, isRefused, ended);
  }
}
