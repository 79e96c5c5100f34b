package dev.foldline.shop.warehouse;

import dev.foldline.core.Result;
import dev.foldline.shop.warehouse.ReservationEvent.Line;
import java.util.List;

/** What may be asked of an order's reservation, and what it is told. */
public sealed interface ReservationCommand {

  String order();

  record Reserve(String order, List<Line> lines) implements ReservationCommand {}

  record Release(String order) implements ReservationCommand {}

  record Ship(String order) implements ReservationCommand {}

  /** What became of a line. */
  record Answered(String order, Result result) implements ReservationCommand {}
}
