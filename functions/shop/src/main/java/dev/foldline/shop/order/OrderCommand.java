package dev.foldline.shop.order;

import dev.foldline.shop.Id;
import dev.foldline.shop.order.OrderEvent.Placed;

/** What may be asked of an order, and what it is told. */
public sealed interface OrderCommand {

  String order();

  /** It is to begin. */
  record Place(String order, Placed placed) implements OrderCommand {}

  /** It is to come to nothing. */
  record Cancel(@Id String order) implements OrderCommand {}

  /** It is to be shipped, once its payment is there. */
  record AskToShip(@Id String order) implements OrderCommand {}

  /** Its stock is reserved, and its payment authorised. */
  record MakeReady(String order) implements OrderCommand {}

  /** Its payment is there. */
  record Ship(String order) implements OrderCommand {}

  /** Its payment was not authorised in time. */
  record Expire(String order) implements OrderCommand {}

  /** The shop can't do it. */
  record Refuse(String order, String code) implements OrderCommand {}
}
