package dev.foldline.eventstoredb.events;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.UnknownEvent;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.CommandIdentity;
import dev.foldline.core.commands.Handled;
import dev.foldline.core.commands.RecentKeys;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What Foldline writes beside an event, and finds there again. */
public final class EventMetadata {

  /** Stored for ever: in which format an event and what is beside it are written. */
  private static final String FORMAT = "foldline";

  private static final int CURRENT = 1;

  /** Stored for ever. */
  private static final String KEY = "idempotencyKey";

  /** Stored for ever. */
  private static final String REQUEST = "requestMac";

  /** Stored for ever: which command of its call on its stream it was, where not the first. */
  private static final String ORDINAL = "commandOrdinal";

  /** Stored for ever: whose command it was, where that is known. */
  private static final String USER = "user";

  /** Stored for ever: the key of the effect that the event is of. */
  private static final String EFFECT = "effectKey";

  /** Stored for ever: a digest of the command of the effect, where it has one. */
  private static final String COMMAND = "effectCommand";

  /** Stored for ever: whether the event was written where its stream had none. */
  private static final String BEGINS = "streamBegins";

  /** Of builds whose formats had no number. */
  private static final String EARLIER_REQUEST = "requestHash";

  private EventMetadata() {}

  /**
   * What is written beside an event of a command.
   *
   * @param begins whether it is the first one in its stream
   */
  public static byte[] write(CommandContext context, CommandIdentity identity, boolean begins) {
    Map<String, Object> metadata = new HashMap<>(context.metadata());
    metadata.put(FORMAT, CURRENT);
    if (!context.caller().isAnonymous()) {
      metadata.put(USER, context.caller().subject());
    }
    if (begins) {
      metadata.put(BEGINS, true);
    }
    switch (identity) {
      case CommandIdentity.OfCall _ -> {}
      case CommandIdentity.OfRequest(var request, var ordinal) -> {
        metadata.put(KEY, request.key());
        metadata.put(REQUEST, request.mac());
        if (ordinal > 0) {
          metadata.put(ORDINAL, ordinal);
        }
      }
      case CommandIdentity.OfEffect effect -> {
        metadata.put(EFFECT, effect.key().toString());
        if (effect.digest() != 0) {
          metadata.put(COMMAND, effect.digest());
        }
      }
    }
    try {
      return Json.MAPPER.writeValueAsBytes(metadata);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whose command led to an event; empty where that is not known. */
  public static Optional<String> user(Recorded<?> event) {
    return event.metadata().get(USER) instanceof String user ? Optional.of(user) : Optional.empty();
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
   * writer's, unless it is that of a command with a key of a build whose format had none.
   *
   * @throws UnknownEvent if it is not
   */
  static void check(StoredEvent event) {
    Beside.check(event);
  }

  /**
   * Remembers by what the command was known that wrote the event, where it can come again.
   *
   * @throws UnknownEvent if it is not in a format that this code knows
   */
  public static void remember(
      Recorded<StoredEvent> event, Consumer<RecentKeys.Entry> commands, Consumer<Handled> effects) {
    Beside beside = Beside.check(event.event());
    if (beside.key != null && beside.request != null) {
      commands.accept(
          new RecentKeys.Entry(
              beside.key,
              beside.ordinal,
              beside.request,
              beside.user,
              event.revision(),
              event.time()));
    }
    if (beside.effect != null) {
      effects.accept(handled(beside.effect, beside.command, event));
    }
  }

  /** The effect that the event is of; empty if of none. */
  public static Optional<Handled> effect(Recorded<StoredEvent> event) {
    Beside beside = Beside.check(event.event());
    return Optional.ofNullable(beside.effect).map(key -> handled(key, beside.command, event));
  }

  private static Handled handled(UUID key, int digest, Recorded<StoredEvent> event) {
    String refused = event.event().isMark() ? Mark.read(event.event()).refused() : "";
    return new Handled(key, refused, event.revision(), event.position(), digest);
  }

  /** What was found beside an event, in one pass. */
  private static final class Beside {

    private @Nullable String key;
    private @Nullable String request;
    private @Nullable UUID effect;
    private String user = "";
    private int ordinal;
    private int command;
    private boolean isOfEarlierRequest;
    private @Nullable String format;

    static Beside check(StoredEvent event) {
      Beside found = new Beside();
      try (JsonParser json = Json.MAPPER.createParser(event.metadata())) {
        if (json.nextToken() == JsonToken.START_OBJECT) {
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            found.see(json.currentName(), json.nextToken(), json);
          }
        }
      } catch (IOException _) {
        // written by someone else: what is no JSON holds nothing of ours
      }
      found.check(event.type());
      return found;
    }

    private void see(String name, JsonToken value, JsonParser json) throws IOException {
      switch (name) {
        case FORMAT -> format = value == JsonToken.VALUE_STRING ? "a text" : json.getText();
        case KEY -> key = value == JsonToken.VALUE_STRING ? json.getText() : null;
        case REQUEST -> request = value == JsonToken.VALUE_STRING ? json.getText() : null;
        case EFFECT -> effect = value == JsonToken.VALUE_STRING ? uuid(json.getText()) : null;
        case USER -> user = value == JsonToken.VALUE_STRING ? json.getText() : "";
        case ORDINAL -> ordinal = value == JsonToken.VALUE_NUMBER_INT ? json.getIntValue() : 0;
        case COMMAND -> command = value == JsonToken.VALUE_NUMBER_INT ? json.getIntValue() : 0;
        case EARLIER_REQUEST -> isOfEarlierRequest = true;
        default -> {}
      }
      json.skipChildren();
    }

    /** Another writer may have a field of this name. */
    private static @Nullable UUID uuid(String text) {
      try {
        return UUID.fromString(text);
      } catch (IllegalArgumentException _) {
        return null;
      }
    }

    private void check(String type) {
      if (format != null && !format.equals(String.valueOf(CURRENT))) {
        throw new UnknownEvent(
            type, "it is in Foldline's format " + format + ", and this code knows " + CURRENT);
      }
      if (format == null && key != null && isOfEarlierRequest) {
        throw new UnknownEvent(
            type, "it was written by a build of Foldline whose format had no number");
      }
    }
  }
}
