package dev.foldline.messaging;

import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Metadata of a message: how its payload is to be appended. What is null is as the channel's
 * attributes say.
 *
 * @param stream to append to
 * @param type of the event; none that begins with {@link dev.foldline.core.StoredEvent#RESERVED}
 * @param expected the revision that the stream's last event must have, −1 for none; empty for any
 * @param id of the event; a message that is sent again with the same id is appended once
 * @param metadata beside the event, as a JSON object
 */
public record OutgoingEvent(
    @Nullable String stream,
    @Nullable String type,
    OptionalLong expected,
    @Nullable UUID id,
    Map<String, Object> metadata) {

  /** To a stream, whatever its revision. */
  public static OutgoingEvent to(String stream, String type) {
    return new OutgoingEvent(stream, type, OptionalLong.empty(), null, Map.of());
  }

  /** To a stream whose last event has this revision. */
  public OutgoingEvent expecting(long revision) {
    return new OutgoingEvent(stream, type, OptionalLong.of(revision), id, metadata);
  }

  public OutgoingEvent withId(UUID eventId) {
    return new OutgoingEvent(stream, type, expected, eventId, metadata);
  }

  public OutgoingEvent withMetadata(Map<String, Object> beside) {
    return new OutgoingEvent(stream, type, expected, id, beside);
  }
}
