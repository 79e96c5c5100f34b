package dev.foldline.redis;

import java.util.List;
import java.util.Set;

/**
 * Up to where a build has every event of the log, whatever becomes of Redis: it is kept beside the
 * events, in each part of the build, and comes behind them on every replica and in every file.
 *
 * @param histories of Redis, those of the parts: each ends when Redis is started again or a replica
 *     takes over, and so may go on without its last writes
 * @param position in the log of all streams, −1 before the first event
 * @param whole whether nothing that came later can have been lost, because all histories go on
 */
public record Checkpoint(String build, List<String> histories, long position, boolean whole) {

  public Checkpoint {
    histories = List.copyOf(histories);
  }

  /** The same for one who wrote later than another checkpoint, and perhaps to other histories. */
  public Checkpoint after(Checkpoint other) {
    return Set.copyOf(histories).equals(Set.copyOf(other.histories))
        ? this
        : new Checkpoint(build, histories, Math.min(position, other.position), false);
  }

  /** The one that is true when every event up to a position is in the build. */
  public Checkpoint at(long reached) {
    return new Checkpoint(build, histories, reached, true);
  }
}
