package dev.foldline.shop.warehouse;

import static dev.foldline.shop.warehouse.ReservationEvent.RESERVATIONS;
import static java.util.stream.Collectors.toSet;

import dev.foldline.core.Decider;
import dev.foldline.core.Progress;
import dev.foldline.core.Result;
import dev.foldline.core.Steps;
import dev.foldline.core.Steps.Step;
import dev.foldline.shop.warehouse.ReservationCommand.Answered;
import dev.foldline.shop.warehouse.ReservationCommand.Release;
import dev.foldline.shop.warehouse.ReservationCommand.Reserve;
import dev.foldline.shop.warehouse.ReservationCommand.Ship;
import dev.foldline.shop.warehouse.ReservationEvent.LineRefused;
import dev.foldline.shop.warehouse.ReservationEvent.LineReleased;
import dev.foldline.shop.warehouse.ReservationEvent.LineReserved;
import dev.foldline.shop.warehouse.ReservationEvent.LineTakenOut;
import dev.foldline.shop.warehouse.ReservationEvent.ReleaseAsked;
import dev.foldline.shop.warehouse.ReservationEvent.Releasing;
import dev.foldline.shop.warehouse.ReservationEvent.Requested;
import dev.foldline.shop.warehouse.ReservationEvent.Shipping;
import dev.foldline.shop.warehouse.ReservationEvent.ShippingAsked;
import dev.foldline.shop.warehouse.ReservationEvent.StockRefused;
import dev.foldline.shop.warehouse.ReservationEvent.StockReleased;
import dev.foldline.shop.warehouse.ReservationEvent.StockReserved;
import dev.foldline.shop.warehouse.ReservationEvent.StockTakenOut;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The stock that is reserved for an order. Whatever becomes of that is asked for in any order, and
 * done once each line is answered.
 *
 * @param steps one for each line, and for what becomes of it
 * @param refusal of the first line that was refused
 * @param wish what is to become of it
 */
public record Reservation(Steps steps, Optional<LineRefused> refusal, Wish wish)
    implements Progress {

  static final String RESERVE = "reserve/";
  static final String RELEASE = "release/";
  static final String TAKE_OUT = "take-out/";

  public static final Decider<ReservationCommand, Reservation, ReservationEvent> DECIDER =
      new Decider<>(
          RESERVATIONS,
          ReservationCommand::order,
          new Reservation(Steps.NONE, Optional.empty(), Wish.NONE),
          Reservation::decide,
          Reservation::evolve);

  /** What is to become of it: what is asked first. */
  public enum Wish {
    NONE,
    RELEASE,
    SHIPPING
  }

  private static List<ReservationEvent> decide(
      ReservationCommand command, Reservation reservation) {
    return switch (command) {
      case Reserve(_, var lines) -> reservation.reserve(lines);
      case Release _ -> reservation.wish(new ReleaseAsked());
      case Ship _ -> reservation.wish(new ShippingAsked());
      case Answered(_, var result) -> reservation.answer(result);
    };
  }

  private List<ReservationEvent> reserve(List<ReservationEvent.Line> lines) {
    return hasBegun() || state().isOver() ? List.of() : List.of(new Requested(lines));
  }

  private boolean hasBegun() {
    return !steps.all().isEmpty();
  }

  private List<ReservationEvent> wish(ReservationEvent event) {
    return wish == Wish.NONE ? and(event) : List.of();
  }

  private List<ReservationEvent> answer(Result result) {
    String step = result.effect();
    if (!steps.waitsFor(step)) {
      return List.of();
    }
    String item = step.substring(step.indexOf('/') + 1);
    return switch (step.substring(0, step.indexOf('/') + 1)) {
      case RESERVE -> and(reserved(item, result));
      case RELEASE -> and(new LineReleased(item));
      case TAKE_OUT -> and(new LineTakenOut(item));
      default -> throw new IllegalStateException(step);
    };
  }

  private static ReservationEvent reserved(String item, Result result) {
    return switch (result) {
      case Result.Done _ -> new LineReserved(item);
      case Result.Refused(_, var code) -> new LineRefused(item, code);
      case Result.Failed(_, var code) -> new LineRefused(item, code);
    };
  }

  /** An event, and what follows from it. */
  private List<ReservationEvent> and(ReservationEvent event) {
    return Stream.concat(Stream.of(event), evolve(this, event).next().stream()).toList();
  }

  /** What follows once no line waits. */
  private Optional<ReservationEvent> next() {
    if (waitsFor().isPresent()) {
      return Optional.empty();
    }
    List<String> items = reserved();
    return switch (wish) {
      case NONE -> Optional.of(announcement());
      case RELEASE -> Optional.of(items.isEmpty() ? new StockReleased() : new Releasing(items));
      case SHIPPING ->
          hasBegun()
              ? Optional.of(items.isEmpty() ? new StockTakenOut() : new Shipping(items))
              : Optional.empty();
    };
  }

  private ReservationEvent announcement() {
    return refusal.isPresent()
        ? new StockRefused(refusal.get().item(), refusal.get().code())
        : new StockReserved();
  }

  /** Of which items something is reserved. */
  private List<String> reserved() {
    Set<String> done =
        steps.all().stream()
            .filter(step -> step.state() == Step.State.DONE)
            .map(Step::name)
            .collect(toSet());
    return steps.all().stream()
        .map(Step::name)
        .filter(step -> step.startsWith(RESERVE) && done.contains(step))
        .map(step -> step.substring(RESERVE.length()))
        .filter(item -> !done.contains(TAKE_OUT + item))
        .toList();
  }

  private static Reservation evolve(Reservation reservation, ReservationEvent event) {
    Steps steps = reservation.steps;
    return switch (event) {
      case Requested(var lines) ->
          reservation.with(
              started(RESERVE, lines.stream().map(ReservationEvent.Line::item).toList(), steps));
      case LineReserved(var item) -> reservation.with(steps.done(RESERVE + item));
      case LineRefused refused ->
          new Reservation(
              steps.refused(RESERVE + refused.item()),
              reservation.refusal.or(() -> Optional.of(refused)),
              reservation.wish);
      case StockReserved(), StockRefused _ -> reservation;
      case ReleaseAsked() -> new Reservation(steps, reservation.refusal, Wish.RELEASE);
      case Releasing(var items) -> reservation.with(started(RELEASE, items, steps));
      case LineReleased(var item) ->
          reservation.with(steps.done(RELEASE + item).undone(RESERVE + item));
      case StockReleased() -> reservation.with(steps.failedWith("released"));
      case ShippingAsked() -> new Reservation(steps, reservation.refusal, Wish.SHIPPING);
      case Shipping(var items) -> reservation.with(started(TAKE_OUT, items, steps));
      case LineTakenOut(var item) -> reservation.with(steps.done(TAKE_OUT + item));
      case StockTakenOut() -> reservation.with(steps.completed());
    };
  }

  private static Steps started(String what, List<String> items, Steps steps) {
    for (String item : items) {
      steps = steps.start(what + item);
    }
    return steps;
  }

  private Reservation with(Steps next) {
    return new Reservation(next, refusal, wish);
  }
}
