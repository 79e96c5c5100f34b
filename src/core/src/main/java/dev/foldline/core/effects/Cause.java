package dev.foldline.core.effects;

import dev.foldline.core.Causation;
import dev.foldline.core.Effect;
import dev.foldline.core.NamedId;
import dev.foldline.core.Namespace;
import dev.foldline.core.Recorded;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * An event, as what effects follow from.
 *
 * @param reaction the name of the reaction
 * @param event with its own position in the log, not that of a link to it
 * @param ordinal which event it is of those that an upcaster made of one, from 0
 */
public record Cause<E>(Namespace namespace, String reaction, Recorded<E> event, int ordinal) {

  /** So many effects may follow from each other. */
  public static final int DEEPEST = 32;

  /** What reminds of itself does so once in that time at most. */
  private static final Duration SOONEST = Duration.ofSeconds(1);

  /** Stored for ever. */
  private static final String PATH = "reactionPath";

  /** Stored for ever. */
  private static final String ON_BEHALF_OF = "onBehalfOf";

  /** As it is passed on by calls: W3C Trace Context. */
  private static final String TRACE = "traceparent";

  private static final String USER = "user";
  private static final String STEP = " > ";

  /** The key of an effect: the same wherever and whenever the event is delivered. */
  public UUID key(String effect, Stage stage) {
    return NamedId.of(
        namespace.of(reaction),
        event.stream(),
        "" + event.revision(),
        event.eventId().toString(),
        "" + ordinal,
        effect,
        stage.stored());
  }

  /** Whether so many reactions led to it that it must be a loop. */
  public boolean isTooDeep() {
    return path().split(STEP, -1).length > DEEPEST;
  }

  /** The reactions that led to its effects, this one included. */
  private String path() {
    return event.metadata().get(PATH) instanceof String before
        ? before + STEP + reaction
        : reaction;
  }

  /** When a reminder is due, by the store's time. */
  public Instant due(Effect.Remind<?> remind) {
    Instant soonest = event.time().plus(SOONEST);
    return remind.at().isBefore(soonest) ? soonest : remind.at();
  }

  /** What is written beside the events of an effect. With a reminder a new chain begins. */
  public Map<String, String> metadata(Effect effect) {
    Map<String, String> metadata = new HashMap<>(Causation.of(event));
    if (!(effect instanceof Effect.Remind)) {
      metadata.put(PATH, path());
    }
    carry(TRACE, TRACE, metadata);
    carry(USER, ON_BEHALF_OF, metadata);
    carry(ON_BEHALF_OF, ON_BEHALF_OF, metadata);
    return metadata;
  }

  private void carry(String from, String to, Map<String, String> metadata) {
    if (event.metadata().get(from) instanceof String text) {
      metadata.put(to, text);
    }
  }
}
