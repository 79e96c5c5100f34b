package dev.foldline.embedded.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The most recent events, so that those who follow the log live need no SQL. Bounded in number and
 * in bytes.
 */
final class Tail {
  private static final int MAX_EVENTS = 8192;
  private static final int MAX_BYTES = 8 << 20;

  private final ArrayDeque<LogEvent> events = new ArrayDeque<>();
  private long bytes;

  /**
   * The last position that is no longer held: readers at or behind it are served, those before it
   * are not.
   */
  private long floor;

  Tail(long lastPosition) {
    floor = lastPosition;
  }

  synchronized void add(List<LogEvent> committed) {
    for (LogEvent event : committed) {
      events.addLast(event);
      bytes += event.size();
    }
    while (events.size() > MAX_EVENTS || bytes > MAX_BYTES) {
      LogEvent evicted = events.removeFirst();
      bytes -= evicted.size();
      floor = evicted.position();
    }
  }

  /**
   * What was committed behind a position, at most {@code max} events; null if that reaches further
   * back than is held.
   */
  synchronized @Nullable List<LogEvent> after(long position, int max) {
    if (position < floor) {
      return null;
    }
    List<LogEvent> found = new ArrayList<>();
    for (var newest = events.descendingIterator(); newest.hasNext(); ) {
      LogEvent event = newest.next();
      if (event.position() <= position) {
        break;
      }
      found.add(event);
    }
    List<LogEvent> inOrder = found.reversed();
    return List.copyOf(inOrder.size() > max ? inOrder.subList(0, max) : inOrder);
  }
}
