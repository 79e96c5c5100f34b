package dev.foldline.eventstoredb.subscriptions;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * How far one who reads a log is, though events are settled in any order: up to the position below
 * which everything is settled. Safe for use by many threads.
 */
final class Progress {

  /** How many times as many as may be unsettled may be settled behind one that is not. */
  private static final int AHEAD = 100;

  private final int limit;
  private final SequencedMap<Long, Event> events = new LinkedHashMap<>();
  private int unsettled;
  private long reached;
  private long passed;
  private int asked;

  private static final class Event {
    /** How far one is when it is settled, and all before it. */
    private long end;

    private boolean settled;
    private int retries;

    Event(long position) {
      this.end = position;
    }
  }

  /**
   * @param start the position behind which the log is read
   * @param limit how many unsettled events there are at most
   */
  Progress(long start, int limit) {
    this.reached = start;
    this.limit = limit;
  }

  /**
   * How many more events the log may be asked for now, which then count as asked for: none while
   * too many are unsettled, or settled behind one that is not; and not just a few, since to ask is
   * a message.
   */
  synchronized int ask() {
    long room = Math.min(limit - unsettled, AHEAD * (long) limit - events.size()) - asked;
    if (room < Math.max(1, limit / 4)) {
      return 0;
    }
    asked += (int) room;
    return (int) room;
  }

  /** Takes up the event that comes next in the log. */
  synchronized void admit(long position) {
    asked--;
    events.put(position, new Event(position));
    unsettled++;
  }

  /** There is nothing to settle between the event before and this position, which comes next. */
  synchronized void pass(long position) {
    if (events.isEmpty()) {
      reached = Math.max(reached, position);
    } else {
      Event last = events.lastEntry().getValue();
      last.end = Math.max(last.end, position);
    }
  }

  synchronized void settle(long position) {
    Event event = events.get(position);
    if (event == null || event.settled) {
      return;
    }
    event.settled = true;
    unsettled--;
    while (!events.isEmpty() && events.firstEntry().getValue().settled) {
      reached = Math.max(reached, events.pollFirstEntry().getValue().end);
      passed++;
    }
  }

  /** Counts that an event is delivered again; how often that was. */
  synchronized int retry(long position) {
    Event event = events.get(position);
    return event == null ? 0 : ++event.retries;
  }

  /** The position up to which everything is settled. */
  synchronized long reached() {
    return reached;
  }

  /** How many events were settled up to there. */
  synchronized long passed() {
    return passed;
  }

  synchronized int unsettled() {
    return unsettled;
  }
}
