package dev.foldline.messaging;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;

/**
 * Metadata of a message: the event that it carries.
 *
 * @param recorded the event with its stream, revision, position, time and metadata
 * @param retries how often the server delivered it before
 * @param attempts how often it was handed out by this instance, this time included
 */
public record IncomingEvent(Recorded<StoredEvent> recorded, int retries, int attempts) {

  /** Whether it was surely handed out before, here or to another instance. */
  public boolean isRepeated() {
    return retries > 0 || attempts > 1;
  }
}
