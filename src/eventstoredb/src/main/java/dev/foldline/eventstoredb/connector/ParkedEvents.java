package dev.foldline.eventstoredb.connector;

import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.ReplayParkedMessagesOptions;
import com.eventstore.dbclient.ResolvedEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.StoredEvent;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The events that a group on all streams has set aside, oldest first. */
public final class ParkedEvents {

  private static final ObjectMapper JSON = new ObjectMapper();

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
   */
  public record Parked(long number, Instant since, String reason, Recorded<StoredEvent> event) {}

  /**
   * Those that are parked now. Events that were deleted since are left out.
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
                    .filter(entry -> entry.getEvent() != null && entry.getLink() != null)
                    .map(ParkedEvents::parked)
                    .toList())
        .ifNoItem()
        .after(store.timeout())
        .failWith(() -> new Unavailable("the event store did not answer in time"));
  }

  private static Parked parked(ResolvedEvent entry) {
    RecordedEvent link = entry.getLink();
    return new Parked(
        link.getRevision(),
        link.getCreated(),
        reason(link.getUserMetadata()),
        EventStore.toRecorded(entry.getEvent()));
  }

  private static String reason(byte[] metadata) {
    try {
      JsonNode reason = JSON.readTree(metadata).path("reason");
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
