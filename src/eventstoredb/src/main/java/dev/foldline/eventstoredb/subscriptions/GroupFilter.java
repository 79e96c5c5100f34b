package dev.foldline.eventstoredb.subscriptions;

import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.StreamMetadata;
import dev.foldline.eventstoredb.connection.EventStore;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * The filter that a group on all streams was created with, which no server tells. Whoever creates
 * the group notes it in the metadata of a stream that has no events. It is for a report only: where
 * it can't be noted or read, it is not known.
 */
final class GroupFilter {

  private static final Logger LOG = Logger.getLogger(GroupFilter.class);
  private static final String PROPERTY = "filter";

  private final EventStore store;
  private final Group group;

  GroupFilter(EventStore store, Group group) {
    this.store = store;
    this.group = group;
  }

  private String stream() {
    return "foldline-group-" + group.name();
  }

  Uni<Void> note() {
    StreamMetadata metadata = new StreamMetadata();
    metadata.setCustomProperties(Map.of(PROPERTY, configured()));
    return call(client -> client.setStreamMetadata(stream(), metadata))
        .replaceWithVoid()
        .onFailure()
        .invoke(failure -> LOG.warnf("%s: its filter is not noted: %s", group.describe(), failure))
        .onFailure()
        .recoverWithNull();
  }

  /** What it was created with instead of what is configured; empty if the same, or not known. */
  Uni<Optional<String>> instead() {
    return call(client -> client.getStreamMetadata(stream()))
        .map(metadata -> Optional.ofNullable(metadata.getCustomProperties()))
        .map(properties -> properties.map(all -> all.get(PROPERTY)).map(String::valueOf))
        .map(noted -> noted.filter(filter -> !filter.equals(configured())))
        .onFailure()
        .invoke(failure -> LOG.debugf(failure, "%s: its filter is not known", group.describe()))
        .onFailure()
        .recoverWithItem(Optional.empty());
  }

  /** The filter that it is to have. */
  String configured() {
    return group.filter() == null ? ".*" : group.filter();
  }

  private <T> Uni<T> call(Function<EventStoreDBClient, CompletableFuture<T>> call) {
    return Uni.createFrom()
        .item(store::client)
        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
        .chain(client -> Uni.createFrom().completionStage(() -> call.apply(client)))
        .ifNoItem()
        .after(store.timeout())
        .fail();
  }
}
