package dev.foldline.redis;

import dev.foldline.core.Recorded;

/**
 * How far a stream is applied: its events up to here are, and have their effect once.
 *
 * @param revision of the last event that is applied, −1 for none
 * @param position of that event in the log of all streams, −1 where it is not known
 */
public record Fence(long revision, long position) {

  /** Nothing is applied. */
  public static final Fence NONE = new Fence(-1, -1);

  /** Whether something is applied, and it is not known where in the log that is. */
  public boolean isNowhere() {
    return revision >= 0 && position < 0;
  }

  /**
   * Checks that an event is of the log that the applied ones were of: there the order of revisions
   * is that of positions.
   *
   * @throws ForeignLog if it is not
   */
  void check(Recorded<?> event) {
    if (position >= 0
        && event.position() >= 0
        && Long.signum(Long.compare(event.revision(), revision))
            != Long.signum(Long.compare(event.position(), position))) {
      throw new ForeignLog(
          "event %d of %s is at position %d, but event %d was at %d when it was applied"
              .formatted(event.revision(), event.stream(), event.position(), revision, position));
    }
  }
}
