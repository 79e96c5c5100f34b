package dev.foldline.eventstoredb.subscriptions;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.Resolved;
import dev.foldline.eventstoredb.events.Json;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The events that a group on all streams has set aside, oldest first. */
public final class ParkedEvents {

  private final EventStore store;
  private final String group;

  public ParkedEvents(EventStore store, String group) {
    this.store = store;
    this.group = group;
  }

  /**
   * An event that was set aside.
   *
   * @param number its place among the parked ones; they are counted on for ever
   * @param since when it was parked
   * @param reason why
   * @param stream of the event
   * @param revision of the event
   * @param event null where its stream does not give it any more
   */
  public record Parked(
      long number,
      Instant since,
      String reason,
      String stream,
      long revision,
      @Nullable Recorded<StoredEvent> event) {}

  /**
   * Those that are parked now.
   *
   * @param limit how many at most
   */
  public Uni<List<Parked>> list(int limit) {
    return store
        .resolved("$persistentsubscription-$all::" + group + "-parked", 0, limit)
        .map(entries -> entries.stream().flatMap(ParkedEvents::parked).toList());
  }

  private static Stream<Parked> parked(Resolved entry) {
    return Stream.ofNullable(entry.link()).map(link -> parked(link, entry.event()));
  }

  private static Parked parked(Recorded<StoredEvent> link, @Nullable Recorded<StoredEvent> event) {
    String[] target = new String(link.event().data(), UTF_8).split("@", 2);
    return new Parked(
        link.revision(),
        link.time(),
        reason(link.event().metadata()),
        target[1],
        Long.parseLong(target[0]),
        event);
  }

  private static String reason(byte[] metadata) {
    try {
      JsonNode reason = Json.MAPPER.readTree(metadata).path("reason");
      return reason.asText("");
    } catch (IOException e) {
      return "";
    }
  }

  /** Has the server deliver all of them again. What fails again is parked again. */
  public Uni<Void> replay() {
    return replay(OptionalLong.empty());
  }

  /**
   * Has the server deliver the oldest of them again, so that a flood can be let out bit by bit.
   *
   * @param before the number of the first one to leave
   */
  public Uni<Void> replayBefore(long before) {
    return replay(OptionalLong.of(before));
  }

  private Uni<Void> replay(OptionalLong before) {
    return store
        .call(
            PersistentSubscriptionsGrpc.getReplayParkedMethod(),
            GroupRequests.replay(group, before))
        .replaceWithVoid()
        .onFailure()
        .transform(store::failed);
  }
}
