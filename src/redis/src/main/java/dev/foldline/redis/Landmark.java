package dev.foldline.redis;

import dev.foldline.core.Recorded;
import java.util.UUID;

/**
 * An event that is in a build, by which the log is known again that the build was made from.
 *
 * @param position in the log of all streams
 */
public record Landmark(String stream, long revision, long position, UUID eventId) {

  public static Landmark of(Recorded<?> event) {
    return new Landmark(event.stream(), event.revision(), event.position(), event.eventId());
  }

  static Landmark parse(String text) {
    String[] parts = text.split(" ", 4);
    return new Landmark(
        parts[3], Long.parseLong(parts[0]), Long.parseLong(parts[1]), UUID.fromString(parts[2]));
  }

  String format() {
    return revision + " " + position + " " + eventId + " " + stream;
  }

  /** Whether an event that is at its place in its stream is the same. */
  public boolean is(Recorded<?> event) {
    return event.position() == position && event.eventId().equals(eventId);
  }
}
