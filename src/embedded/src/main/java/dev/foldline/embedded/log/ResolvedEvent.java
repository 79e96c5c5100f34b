package dev.foldline.embedded.log;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a reader is given: an event, the link that led to it, or a link whose target is gone. */
public record ResolvedEvent(@Nullable LogEvent event, @Nullable LogEvent link) {

  public static ResolvedEvent of(LogEvent event) {
    return new ResolvedEvent(event, null);
  }

  /** The event that stands in the stream that was read: the link if there is one. */
  public LogEvent original() {
    return link != null ? link : Objects.requireNonNull(event);
  }
}
