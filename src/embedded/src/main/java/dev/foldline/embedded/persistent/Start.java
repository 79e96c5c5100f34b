package dev.foldline.embedded.persistent;

/**
 * Where a group without a checkpoint begins.
 *
 * @param commit as asked for: a revision or a commit position, −1 for the end
 * @param prepare as asked for; the same as {@code commit} in a stream
 * @param after the position after which it reads: what the end was is settled when the group is
 *     created or updated, so that a restart loses none of the events that came since
 */
record Start(long commit, long prepare, long after) {

  /** Begins with the event at a position, or the next one. */
  static Start at(long commit, long prepare) {
    return new Start(commit, prepare, commit - 1);
  }

  /** Begins with what comes next; after what exactly is to be settled by {@link #after(long)}. */
  static Start end() {
    return new Start(-1, -1, -1);
  }

  boolean isEnd() {
    return commit == -1;
  }

  Start after(long lastPosition) {
    return new Start(commit, prepare, lastPosition);
  }
}
