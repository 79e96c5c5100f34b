package dev.foldline.eventstoredb.events;

import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import io.smallrye.mutiny.Uni;
import java.util.function.Predicate;

/** The events that projections do without, because a person said so. */
@FunctionalInterface
public interface DiscardedEvents {

  /** None are. */
  DiscardedEvents NONE = _ -> Uni.createFrom().item(_ -> false);

  /** Tells those of a projection, as it is known now. */
  Uni<Predicate<Recorded<?>>> of(Projection<?> projection);
}
