package dev.foldline.shop.fulfilment;

import dev.foldline.core.Result;
import dev.foldline.shop.Id;
import dev.foldline.shop.fulfilment.FulfilmentEvent.Begun;

/** What an order's fulfilment is told, and may be asked. */
public sealed interface FulfilmentCommand {

  String order();

  /** The order was placed. */
  record Begin(String order, Begun begun) implements FulfilmentCommand {}

  /** The warehouse announced that the stock is reserved. */
  record TellReserved(String order) implements FulfilmentCommand {}

  /** It announced that it is not. */
  record TellOutOfStock(String order, String code) implements FulfilmentCommand {}

  /** It announced that nothing is reserved any more. */
  record TellReleased(String order) implements FulfilmentCommand {}

  /** It was announced that nothing speaks against the order. */
  record TellCleared(String order) implements FulfilmentCommand {}

  /** It was announced that something does. */
  record TellFlagged(String order, String code) implements FulfilmentCommand {}

  /** The order is to be shipped. */
  record TellShippingAsked(String order) implements FulfilmentCommand {}

  /** The order has come to nothing. */
  record TellEnded(String order, String code) implements FulfilmentCommand {}

  /** The payment's time is over. */
  record Deadline(String order) implements FulfilmentCommand {}

  /** What became of a step. */
  record Answered(String order, Result result) implements FulfilmentCommand {}

  /** What is held is to be undone once more. */
  record RetryUndo(@Id String order) implements FulfilmentCommand {}
}
