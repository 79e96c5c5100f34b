package dev.foldline.eventstoredb.events;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Truncated;
import java.util.List;

/** Sees to it that a fold misses no event, as streams can be truncated. */
public final class Unbroken {

  private Unbroken() {}

  /**
   * Checks that events follow on what was folded.
   *
   * @param last the revision of the last event that was folded, −1 for none
   * @throws Truncated if some are missing before or between them
   */
  public static void check(long last, List<Recorded<StoredEvent>> events) {
    for (Recorded<StoredEvent> event : events) {
      if (last < 0 ? !EventMetadata.begins(event) : event.revision() != last + 1) {
        throw new Truncated(event.stream());
      }
      last = event.revision();
    }
  }
}
