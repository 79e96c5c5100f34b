package dev.foldline.eventstoredb.subscriptions;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.events.Json;
import java.util.Map;
import java.util.UUID;

/** By which a stream of parked events holds an event, and why it was parked. */
final class ParkedLink {

  private static final String TYPE = "$>";

  private ParkedLink() {}

  /** A link that parks the event once in effect, since its id is fixed. */
  static StoredEvent to(Recorded<StoredEvent> event, String reason) {
    byte[] link = (event.revision() + "@" + event.stream()).getBytes(UTF_8);
    return new StoredEvent(UUID.nameUUIDFromBytes(link), TYPE, link, metadata(reason));
  }

  private static byte[] metadata(String reason) {
    try {
      return Json.MAPPER.writeValueAsBytes(Map.of("reason", reason));
    } catch (JsonProcessingException e) {
      throw new AssertionError("a text can always be written", e);
    }
  }
}
