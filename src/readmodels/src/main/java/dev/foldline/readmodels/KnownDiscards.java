package dev.foldline.readmodels;

import dev.foldline.core.Namespace;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.DiscardedEvents;
import io.smallrye.mutiny.Uni;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** What each projection does without, for those who fold streams as it would. */
public final class KnownDiscards implements DiscardedEvents {

  private final EventStore store;
  private final Namespace namespace;
  private final Map<String, Discards> byProjection = new ConcurrentHashMap<>();

  public KnownDiscards(EventStore store, Namespace namespace) {
    this.store = store;
    this.namespace = namespace;
  }

  @Override
  public Uni<Predicate<Recorded<?>>> of(Projection<?> projection) {
    Discards discards =
        byProjection.computeIfAbsent(
            projection.name(), name -> new Discards(store, namespace, name));
    return discards.refresh().map(_ -> discards::contains);
  }
}
