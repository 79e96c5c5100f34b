package dev.foldline.eventstoredb.subscriptions;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.Json;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
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
    return store
        .append("$$" + stream(), List.of(metadata()))
        .replaceWithVoid()
        .onFailure()
        .invoke(failure -> LOG.warnf("%s: its filter is not noted: %s", group.describe(), failure))
        .onFailure()
        .recoverWithNull();
  }

  private StoredEvent metadata() {
    String json = Json.MAPPER.createObjectNode().put(PROPERTY, configured()).toString();
    return new StoredEvent(UUID.randomUUID(), "$metadata", json.getBytes(UTF_8), new byte[0]);
  }

  /** What it was created with instead of what is configured; empty if the same, or not known. */
  Uni<Optional<String>> instead() {
    return store
        .last("$$" + stream())
        .map(found -> found.flatMap(GroupFilter::noted))
        .map(noted -> noted.filter(filter -> !filter.equals(configured())))
        .onFailure()
        .invoke(failure -> LOG.debugf(failure, "%s: its filter is not known", group.describe()))
        .onFailure()
        .recoverWithItem(Optional.empty());
  }

  private static Optional<String> noted(Recorded<StoredEvent> metadata) {
    try {
      return Optional.ofNullable(Json.MAPPER.readTree(metadata.event().data()).get(PROPERTY))
          .map(JsonNode::asText);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The filter that it is to have. */
  String configured() {
    return group.filter() == null ? ".*" : group.filter();
  }
}
