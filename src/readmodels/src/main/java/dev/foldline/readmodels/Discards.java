package dev.foldline.readmodels;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.foldline.core.Namespace;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.UnknownEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.Json;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The events that a projection does without, because a person said so.
 *
 * <p>They are kept in the event store, in the stream {@code foldline-discarded-}, the namespace, a
 * colon, and the name of the projection, with who said so and why: so they are left out of each
 * later build too, whatever becomes of Redis. Safe for use by many threads.
 */
final class Discards {

  private static final String TYPE = "discarded";
  private static final int PAGE = 500;

  private final EventStore store;
  private final String stream;
  private final Set<EventRef> known = ConcurrentHashMap.newKeySet();
  private volatile long next;

  Discards(EventStore store, Namespace namespace, String projection) {
    this.store = store;
    this.stream = "foldline-discarded-" + namespace.of(projection);
  }

  /**
   * What was decided of an event, as it is stored, for ever.
   *
   * @param format the number of this form
   * @param cause why it could not be applied
   * @param reason why it is discarded
   * @param by whom
   */
  record Discarded(
      int format,
      String stream,
      long revision,
      String type,
      String cause,
      String reason,
      String by) {

    static final int FORMAT = 1;

    private EventRef ref() {
      return new EventRef(stream, revision);
    }
  }

  /** Whether an event is known to be discarded; ask for news first where that matters. */
  boolean contains(EventRef event) {
    return known.contains(event);
  }

  /** Whether an event is known to be discarded. */
  boolean contains(Recorded<?> event) {
    return contains(EventRef.of(event));
  }

  /**
   * Looks for what was discarded since; whether there is any. Fails with {@link UnknownEvent} where
   * that can't be read, for a guess would leave out another event.
   */
  Uni<Boolean> refresh() {
    return store
        .remaining(stream, next, PAGE)
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
      byte[] data = Json.MAPPER.writeValueAsBytes(discarded);
      return new StoredEvent(UUID.randomUUID(), TYPE, data, new byte[0]);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static EventRef parse(StoredEvent event) {
    try {
      Discarded discarded = Json.MAPPER.readValue(event.data(), Discarded.class);
      if (discarded.format() != Discarded.FORMAT) {
        throw new UnknownEvent(TYPE, "it is of format " + discarded.format());
      }
      return discarded.ref();
    } catch (IOException e) {
      throw new UnknownEvent(TYPE, "it is not of format " + Discarded.FORMAT + ": " + e);
    }
  }
}
