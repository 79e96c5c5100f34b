package dev.foldline.embedded.log;

import org.jspecify.annotations.Nullable;

/**
 * Where the newest events stand in the log, as of one moment. Of a stream that is in it, it has all
 * revisions from some one on; what lies before that is in SQLite's index.
 *
 * @param older a generation that is on its way to SQLite's index or there already
 * @param newer everything that was written after it, and is being added to
 * @param end the last position that is to be seen
 */
record RecentIndex(Generation older, Generation newer, long end) {

  static RecentIndex empty() {
    return new RecentIndex(new Generation(), new Generation(), Long.MAX_VALUE);
  }

  RecentIndex endingAt(long position) {
    return new RecentIndex(older, newer, position);
  }

  /** The highest revision of a stream up to a bound; null if SQLite has to be asked. */
  @Nullable Long highest(long stream, long bound) {
    Long found = newer.highest(stream, bound, end);
    return found != null ? found : older.highest(stream, bound, end);
  }

  /** The position of an event; null if SQLite has to be asked. */
  @Nullable Long position(long stream, long revision) {
    Long found = newer.position(stream, revision, end);
    return found != null ? found : older.position(stream, revision, end);
  }

  /** The revision of a stream from which on it is here; the highest there is if none is. */
  long lowest(long stream) {
    Long lowest = older.lowest(stream);
    if (lowest == null) {
      lowest = newer.lowest(stream);
    }
    return lowest == null ? Long.MAX_VALUE : lowest;
  }
}
