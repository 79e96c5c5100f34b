package dev.foldline.embedded.persistent;

import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.ResolvedEvent;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event as a group handles it.
 *
 * @param position its revision in the group's stream, or its log position in a group on {@code
 *     $all}
 * @param pin the hash of what the pinned strategies keep together
 */
record GroupEvent(ResolvedEvent source, long position, int pin) {
  private static final int OVERHEAD = 300;

  /** What consumers acknowledge it by: the link's id if there is a link. */
  UUID id() {
    return source.original().id();
  }

  /** Roughly how much memory it takes. */
  int bytes() {
    return OVERHEAD + bytes(source.event()) + bytes(source.link());
  }

  private static int bytes(@Nullable LogEvent event) {
    return event == null ? 0 : event.data().size() + event.metadata().size();
  }
}
