package dev.foldline.quarkus.deployment.shop;

import static dev.foldline.quarkus.deployment.shop.OrderEvent.ORDERS;

import dev.foldline.core.Decider;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A state, part of which stands in records of a type variable only. */
public sealed interface Order {

  Decider<OrderCommand, Order, OrderEvent> DECIDER =
      new Decider<>(
          ORDERS, OrderCommand::order, new None(), (_, _) -> List.of(), (state, _) -> state);

  record None() implements Order {}

  record Open(List<Stage> stages, Map<Place, Set<Marked<Hint>>> marks) implements Order {}

  sealed interface Stage {

    record Packed(int boxes) implements Stage {}
  }

  enum Place {
    SHELF
  }

  record Marked<T>(T with) {}

  sealed interface Hint {

    record Fragile() implements Hint {}
  }
}
