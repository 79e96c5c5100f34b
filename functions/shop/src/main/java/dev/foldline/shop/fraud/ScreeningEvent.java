package dev.foldline.shop.fraud;

import dev.foldline.core.Category;
import dev.foldline.core.Stored;

/** What was found of an order. These shapes and names are stored for ever. */
public sealed interface ScreeningEvent {

  Category<ScreeningEvent> SCREENINGS = Category.of("screening", ScreeningEvent.class);

  /** Announces that nothing speaks against it. */
  @Stored("order-cleared")
  record Cleared() implements ScreeningEvent {}

  /** Announces that something does. */
  @Stored("order-flagged")
  record Flagged(String code) implements ScreeningEvent {}
}
