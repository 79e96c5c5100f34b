package dev.foldline.eventstoredb.subscriptions;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A catch-up subscription, as it is to be.
 *
 * @param name under which its position is kept, together with what it reads; each instance of an
 *     application that has the name gets all events
 * @param stream whose events it gets; null for those of all streams that match the filter
 * @param filter a regular expression of stream names, anchored; null for all streams
 * @param fromStart whether it begins, when no position was saved, with the first event; else with
 *     those that come
 * @param resolveLinks whether links are followed
 * @param maxRetries how often an event is delivered again, until it is parked
 * @param bufferSize how many unsettled events there are at most
 * @param saveCount after how many events its position is saved
 * @param saveInterval after which its position is saved, if it moved
 */
public record CatchUp(
    String name,
    @Nullable String stream,
    @Nullable String filter,
    boolean fromStart,
    boolean resolveLinks,
    int maxRetries,
    int bufferSize,
    int saveCount,
    Duration saveInterval) {

  String describe() {
    return "catch-up '" + name + "' of " + (stream == null ? "all streams " + filter : stream);
  }

  /** A position says nothing of what was not read up to there: each thing to read has a key. */
  String key() {
    return name + ":" + (stream == null ? "$all " + filter : stream);
  }

  /** Where its parked events are linked from. */
  String parkedStream() {
    return "parked-" + name;
  }
}
