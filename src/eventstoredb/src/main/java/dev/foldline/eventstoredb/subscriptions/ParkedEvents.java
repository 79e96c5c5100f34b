package dev.foldline.eventstoredb.subscriptions;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.ReplayParkedMessagesOptions;
import com.eventstore.dbclient.ResolvedEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.ClientEvents;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.Reads;
import dev.foldline.eventstoredb.events.Json;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
    ReadStreamOptions options = ReadStreamOptions.get().forwards().fromStart().maxCount(limit);
    options.resolveLinkTos();
    return Reads.events(
            () ->
                store
                    .client()
                    .readStream("$persistentsubscription-$all::" + group + "-parked", options))
        .map(
            entries ->
                entries.stream()
                    .filter(entry -> entry.getLink() != null)
                    .map(ParkedEvents::parked)
                    .toList())
        .ifNoItem()
        .after(store.timeout())
        .failWith(() -> new Unavailable("the event store did not answer in time"));
  }

  private static Parked parked(ResolvedEvent entry) {
    RecordedEvent link = entry.getLink();
    String[] target = new String(link.getEventData(), UTF_8).split("@", 2);
    return new Parked(
        link.getRevision(),
        link.getCreated(),
        reason(link.getUserMetadata()),
        target[1],
        Long.parseLong(target[0]),
        entry.getEvent() == null ? null : ClientEvents.toRecorded(entry.getEvent()));
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
    return replay(ReplayParkedMessagesOptions.get());
  }

  /**
   * Has the server deliver the oldest of them again, so that a flood can be let out bit by bit.
   *
   * @param before the number of the first one to leave
   */
  public Uni<Void> replayBefore(long before) {
    return replay(ReplayParkedMessagesOptions.get().stopAt(before));
  }

  private Uni<Void> replay(ReplayParkedMessagesOptions options) {
    return Uni.createFrom()
        .completionStage(
            () -> {
              CompletableFuture<?> replayed =
                  store.subscriptions().replayParkedMessagesToAll(group, options);
              return replayed;
            })
        .replaceWithVoid()
        .ifNoItem()
        .after(store.timeout())
        .failWith(() -> new Unavailable("the event store did not answer in time"));
  }
}
