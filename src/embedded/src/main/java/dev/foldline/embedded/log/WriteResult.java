package dev.foldline.embedded.log;

import java.util.OptionalLong;

/** How a write ended. Everything but {@link Written} left the log as it was. */
public sealed interface WriteResult {

  /**
   * Durable, now or by an earlier identical request.
   *
   * @param revision the stream's last revision as of this request, −1 if it has no event
   * @param position of the request's last event; empty where that event is no longer readable
   */
  record Written(long revision, OptionalLong position) implements WriteResult {}

  /** The stream is not as expected; {@code current} is its last revision, −1 without events. */
  record WrongExpectedRevision(long current) implements WriteResult {}

  record StreamDeleted() implements WriteResult {}

  /** Refused unseen: too much is waiting to be written, or the log is closed. */
  record Unavailable() implements WriteResult {}

  /** The request waited longer for its turn than it was given. */
  record TimedOut() implements WriteResult {}

  /**
   * That it was written, for writes of the store itself, which nothing may refuse.
   *
   * @throws IllegalStateException if it was not
   */
  default void requireWritten() {
    if (!(this instanceof Written)) {
      throw new IllegalStateException("The event log refused a write: " + this);
    }
  }
}
