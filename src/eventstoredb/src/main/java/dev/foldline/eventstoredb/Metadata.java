package dev.foldline.eventstoredb;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.foldline.core.Recorded;
import dev.foldline.core.UnknownEvent;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What Foldline writes beside an event, and finds there again. */
final class Metadata {

  /** Stored for ever: in which format an event and what is beside it are written. */
  private static final String FORMAT = "foldline";

  private static final int CURRENT = 1;

  /** Stored for ever. */
  private static final String KEY = "idempotencyKey";

  /** Stored for ever. */
  private static final String REQUEST = "requestMac";

  /** Stored for ever: which command of its call on its stream it was, where not the first. */
  private static final String ORDINAL = "commandOrdinal";

  /** Stored for ever: whether the event was written where its stream had none. */
  private static final String BEGINS = "streamBegins";

  /** Of builds whose formats had no number. */
  private static final String EARLIER_REQUEST = "requestHash";

  private static final List<String> NEVER_WITHOUT_FORMAT =
      List.of(EARLIER_REQUEST, REQUEST, BEGINS);

  private Metadata() {}

  /**
   * What is written beside an event of a command.
   *
   * @param begins whether it is the first one in its stream
   */
  static byte[] write(CommandContext context, CommandIdentity identity, boolean begins) {
    Map<String, Object> metadata = new HashMap<>(context.metadata());
    metadata.put(FORMAT, CURRENT);
    if (begins) {
      metadata.put(BEGINS, true);
    }
    if (identity.isCallers()) {
      metadata.put(KEY, identity.key());
      metadata.put(REQUEST, identity.mac());
      if (identity.ordinal() > 0) {
        metadata.put(ORDINAL, identity.ordinal());
      }
    }
    try {
      return Json.MAPPER.writeValueAsBytes(metadata);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Whether nothing was before an event when it was written. One with a later revision begins a
   * stream anew that had been deleted.
   */
  static boolean begins(Recorded<StoredEvent> event) {
    return event.revision() == 0 || Boolean.TRUE.equals(event.metadata().get(BEGINS));
  }

  /**
   * Sees whether an event is in a format that this code knows. One without a number is another
   * writer's.
   *
   * @throws UnknownEvent if it is not
   */
  static void check(StoredEvent event) {
    boolean ours = false;
    try (JsonParser json = Json.MAPPER.createParser(event.metadata())) {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          json.nextToken();
          if (name.equals(FORMAT)) {
            if (!json.hasToken(JsonToken.VALUE_NUMBER_INT) || json.getLongValue() != CURRENT) {
              throw new UnknownEvent(
                  event.type(),
                  "it is in Foldline's format "
                      + json.getText()
                      + ", and this code knows "
                      + CURRENT);
            }
            return;
          }
          ours |= NEVER_WITHOUT_FORMAT.contains(name);
          json.skipChildren();
        }
      }
    } catch (IOException _) {
      // written by someone else
    }
    if (ours) {
      throw new UnknownEvent(
          event.type(), "it was written by a build of Foldline whose format had no number");
    }
  }

  /** The command with a key of its caller's that wrote the event. */
  static Optional<RecentKeys.Entry> command(Recorded<StoredEvent> event) {
    byte[] metadata = event.event().metadata();
    @Nullable String key = null;
    @Nullable String request = null;
    int ordinal = 0;
    try (JsonParser json = Json.MAPPER.createParser(metadata)) {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          JsonToken value = json.nextToken();
          if (value == JsonToken.VALUE_STRING && name.equals(KEY)) {
            key = json.getText();
          } else if (value == JsonToken.VALUE_STRING && name.equals(REQUEST)) {
            request = json.getText();
          } else if (value == JsonToken.VALUE_NUMBER_INT && name.equals(ORDINAL)) {
            ordinal = json.getIntValue();
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
            new RecentKeys.Entry(
                key, ordinal, request, event.revision(), event.position(), event.time()));
  }
}
