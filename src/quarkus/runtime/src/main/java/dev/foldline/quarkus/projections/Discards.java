package dev.foldline.quarkus.projections;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Recorded;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.StoredEvent;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The events that a projection does without, because a person said so.
 *
 * <p>They are kept in the event store, in the stream {@code foldline-discarded-} and the name of
 * the projection, with who said so and why: so they are left out of each later build too, whatever
 * becomes of Redis. Safe for use by many threads.
 */
final class Discards {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PAGE = 500;

  private final EventStore store;
  private final String stream;
  private final Set<EventRef> known = ConcurrentHashMap.newKeySet();
  private volatile long next;

  Discards(EventStore store, String projection) {
    this.store = store;
    this.stream = "foldline-discarded-" + projection;
  }

  /**
   * What was decided of an event, as it is stored, for ever.
   *
   * @param cause why it could not be applied
   * @param reason why it is discarded
   * @param by whom
   */
  record Discarded(
      String stream, long revision, String type, String cause, String reason, String by) {}

  /** Whether an event is known to be discarded; ask for news first where that matters. */
  boolean contains(EventRef event) {
    return known.contains(event);
  }

  /** Whether an event is known to be discarded. */
  boolean contains(Recorded<?> event) {
    return contains(EventRef.of(event));
  }

  /** Looks for what was discarded since; whether there is any. */
  Uni<Boolean> refresh() {
    return store
        .read(stream, next, PAGE)
        .chain(
            events -> {
              events.forEach(event -> known.add(parse(event.event())));
              if (events.isEmpty()) {
                return Uni.createFrom().item(false);
              }
              next = events.getLast().revision() + 1;
              return events.size() < PAGE
                  ? Uni.createFrom().item(true)
                  : refresh().replaceWith(true);
            });
  }

  /** Records some; they are known when it is done. */
  Uni<Void> add(List<Discarded> some) {
    return store
        .append(stream, some.stream().map(Discards::stored).toList())
        .chain(this::refresh)
        .replaceWithVoid();
  }

  private static StoredEvent stored(Discarded discarded) {
    try {
      byte[] data = JSON.writeValueAsBytes(discarded);
      return new StoredEvent(UUID.randomUUID(), "discarded", data, new byte[0]);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static EventRef parse(StoredEvent event) {
    try {
      JsonNode data = JSON.readTree(event.data());
      return new EventRef(data.path("stream").asText(), data.path("revision").asLong());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
