package dev.foldline.redis;

import java.util.List;
import java.util.Set;

/**
 * Up to where a build has every event of the log, whatever becomes of Redis: it is kept beside the
 * events, in each part of the build, and comes behind them on every replica and in every file.
 *
 * @param parts the Redis of each part, as it was when it told
 * @param keptIn the histories of Redis in which it was kept
 * @param position in the log of all streams, −1 before the first event
 * @param whole whether nothing that came later can have been lost, because all histories go on
 */
public record Checkpoint(
    String build, List<Replication> parts, Set<String> keptIn, long position, boolean whole) {

  public Checkpoint {
    parts = List.copyOf(parts);
    keptIn = Set.copyOf(keptIn);
  }

  /** The histories of the parts. */
  List<String> histories() {
    return parts.stream().map(Replication::history).toList();
  }

  /** The one that is true when every event up to a position is in the build. */
  public Checkpoint at(long reached) {
    return new Checkpoint(build, parts, Set.copyOf(histories()), reached, true);
  }

  /** The one that is true where what came after a position may not have come to this Redis. */
  public Checkpoint backTo(long earlier) {
    return new Checkpoint(build, parts, keptIn, Math.min(position, earlier), false);
  }
}
