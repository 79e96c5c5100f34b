package dev.foldline.embedded.log;

import java.sql.SQLException;
import java.util.Iterator;

/**
 * Indexes events by stream and revision: at once in memory, and later, a generation of them in
 * order, in SQLite, where one by one each would dirty a page of its own. A generation is written
 * bit by bit, by the commits of the events that come after it. Confined to the writer.
 */
final class Indexer {
  /** Enough that a generation is written long before the next one is full. */
  private static final int WRITTEN_PER_EVENT = 2;

  private final Inserts inserts;
  private final int generation;
  private RecentIndex recent = RecentIndex.empty();
  private Iterator<Place> unwritten = recent.older().inOrder().iterator();
  private int written;
  private int committed;
  private long lastOfOlder;
  private int uncommitted;

  /**
   * Begins with all events in SQLite's index: those that only memory had when the log was last used
   * are found behind the mark that each generation leaves.
   *
   * @param generation how many events go to SQLite's index at a time; memory holds two generations
   *     at most, and what one commit adds
   */
  Indexer(Inserts inserts, int generation) throws SQLException {
    this.inserts = inserts;
    this.generation = generation;
    inserts.indexAll();
    inserts.commit();
  }

  /** Everything that was added, committed or not. */
  RecentIndex recent() {
    return recent;
  }

  void add(Place place) {
    recent.newer().add(place);
    uncommitted++;
  }

  /** Adds a share of the older generation to what is about to be committed. */
  void beforeCommit() throws SQLException {
    if (!unwritten.hasNext()) {
      return;
    }
    for (int i = uncommitted * WRITTEN_PER_EVENT; i > 0 && unwritten.hasNext(); i--) {
      inserts.revision(unwritten.next());
      written++;
    }
    if (!unwritten.hasNext()) {
      inserts.indexed(lastOfOlder);
    }
  }

  /** Begins a new generation if this one is full. */
  void afterCommit(long lastPosition) {
    uncommitted = 0;
    committed = written;
    if (recent.newer().size() >= generation && !unwritten.hasNext()) {
      recent = new RecentIndex(recent.newer(), new Generation(), recent.end());
      unwritten = recent.older().inOrder().iterator();
      written = 0;
      committed = 0;
      lastOfOlder = lastPosition;
    }
  }

  /** Forgets what was not committed, and goes on behind what was. */
  void afterRollback(long lastPosition) {
    uncommitted = 0;
    recent.newer().forgetBehind(lastPosition);
    written = committed;
    unwritten = recent.older().inOrder().skip(committed).iterator();
  }
}
