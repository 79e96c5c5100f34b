package dev.foldline.core;

import java.util.Map;

/** What an event follows from, in its metadata. */
public final class Causation {

  /** In the metadata of an event, as EventStoreDB has it: what it belongs to. */
  public static final String CORRELATION = "$correlationId";

  /** In the metadata of an event, as EventStoreDB has it: from which event it follows. */
  public static final String CAUSATION = "$causationId";

  /** As that of an HTTP call is at most. */
  private static final int LONGEST_CORRELATION = 255;

  private Causation() {}

  /** The metadata of what follows from an event: it belongs to what that belongs to. */
  public static Map<String, String> of(Recorded<?> event) {
    String id = event.eventId().toString();
    String whole =
        event.metadata().get(CORRELATION) instanceof String named
                && named.length() <= LONGEST_CORRELATION
            ? named
            : id;
    return Map.of(CORRELATION, whole, CAUSATION, id);
  }
}
