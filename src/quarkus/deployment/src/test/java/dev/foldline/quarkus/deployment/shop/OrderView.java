package dev.foldline.quarkus.deployment.shop;

import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import java.util.List;

/** A document. */
public record OrderView(List<Badge> badges) {

  static final Projection.OfKeys<OrderView> VIEW =
      Projection.of("order-view", 1, OrderView.class)
          .on(
              OrderEvent.ORDERS,
              event -> event.stream(),
              (_, _) -> Changes.to(new OrderView(List.of())));

  sealed interface Badge {

    record Gold(int carats) implements Badge {}
  }
}
