package dev.foldline.eventstoredb.connection;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import org.jspecify.annotations.Nullable;

/**
 * An event as it was read, and the link that led to it.
 *
 * @param event null where a link leads to none, or not any more
 * @param link null where it was read at its own place
 */
public record Resolved(
    @Nullable Recorded<StoredEvent> event, @Nullable Recorded<StoredEvent> link) {

  /** What stands at the place that was read. */
  public Recorded<StoredEvent> original() {
    if (link != null) {
      return link;
    }
    if (event == null) {
      throw new IllegalStateException("neither an event nor a link to one");
    }
    return event;
  }

  /** The event of what was found to have one. */
  public Recorded<StoredEvent> present() {
    if (event == null) {
      throw new IllegalStateException("the link leads to no event");
    }
    return event;
  }
}
