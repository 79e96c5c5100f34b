package dev.foldline.shop.loyalty;

import dev.foldline.core.Category;
import dev.foldline.core.Stored;

/** What happens to a customer's points. These shapes and names are stored for ever. */
sealed interface PointsEvent {

  Category<PointsEvent> POINTS = Category.of("points", PointsEvent.class);

  @Stored("points-earned")
  record Earned(String order, long points) implements PointsEvent {}
}
