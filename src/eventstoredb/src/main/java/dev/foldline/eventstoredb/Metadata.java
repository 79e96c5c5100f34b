package dev.foldline.eventstoredb;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.foldline.core.Recorded;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What Foldline writes beside an event, and finds there again. */
final class Metadata {

  /** Stored for ever. */
  private static final String KEY = "idempotencyKey";

  /** Stored for ever. */
  private static final String REQUEST = "requestHash";

  private static final byte[] NONE = {};

  private Metadata() {}

  /** What is written beside each event of a command. */
  static byte[] write(CommandContext context, CommandIdentity identity) {
    if (context.metadata().isEmpty() && !identity.isCallers()) {
      return NONE;
    }
    Map<String, String> metadata = new HashMap<>(context.metadata());
    if (identity.isCallers()) {
      metadata.put(KEY, identity.key());
      metadata.put(REQUEST, identity.request());
    }
    try {
      return Json.MAPPER.writeValueAsBytes(metadata);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The command with a key of its caller's that wrote the event. */
  static Optional<RecentKeys.Entry> command(Recorded<StoredEvent> event) {
    byte[] metadata = event.event().metadata();
    @Nullable String key = null;
    @Nullable String request = null;
    try (JsonParser json = Json.MAPPER.createParser(metadata)) {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          JsonToken value = json.nextToken();
          if (value == JsonToken.VALUE_STRING && name.equals(KEY)) {
            key = json.getText();
          } else if (value == JsonToken.VALUE_STRING && name.equals(REQUEST)) {
            request = json.getText();
          } else {
            json.skipChildren();
          }
        }
      }
    } catch (IOException _) {
      // written by someone else: what is no JSON holds no key
    }
    return key == null || request == null
        ? Optional.empty()
        : Optional.of(
            new RecentKeys.Entry(key, request, event.revision(), event.position(), event.time()));
  }
}
