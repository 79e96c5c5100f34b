package dev.foldline.core.commands;

import dev.foldline.core.StoredEvent;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** What is to be done for commands on a stream. What comes of it is a {@link Happened}. */
public sealed interface Next<S> {

  /** Fold the whole stream. */
  record Load<S>() implements Next<S> {}

  /**
   * Fold what is new in the stream.
   *
   * @param sought the ids of events that may be among it
   * @param attempt the higher, the longer the pause before it
   */
  record CatchUp<S>(StreamState<S> from, Set<UUID> sought, Reason reason, int attempt)
      implements Next<S> {}

  /** Why a stream is caught up with. */
  enum Reason {
    /** An answer says something of the stream as it is now. Nobody pauses for that. */
    VERIFY,
    /** Others appended first. */
    CONFLICT,
    /** It is not known whether an append was done. */
    OUTCOME_UNKNOWN
  }

  /**
   * Append events.
   *
   * @param expected the revision that the stream must have
   * @param commands whose events they are
   */
  record Append<S>(long expected, List<StoredEvent> events, BitSet commands) implements Next<S> {}

  /** Nothing: every command has its answer. */
  record End<S>() implements Next<S> {}
}
