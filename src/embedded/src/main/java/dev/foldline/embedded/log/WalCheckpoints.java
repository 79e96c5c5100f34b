package dev.foldline.embedded.log;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Folds the write-ahead log into the database, again and again, while the writer goes on: at the
 * end of a commit, where SQLite does so by itself, every append would wait for tens of
 * milliseconds.
 *
 * <p>What was written meanwhile is left for the writer: little, so that it takes it no time, and
 * the log begins at its front again instead of growing. The two take turns, since SQLite refuses
 * the one while the other folds.
 */
final class WalCheckpoints {
  private static final Logger LOG = Logger.getLogger(WalCheckpoints.class);

  /** How much is written before it is worth it. */
  private static final long DUE_BYTES = 16L << 20;

  private static final int MOST_PASSES = 6;
  private static final int FEW_PAGES = 300;

  private final Connection own;
  private final Connection writers;
  private final Semaphore due = new Semaphore(0);
  private final Thread thread;
  private long written;
  private volatile Turn turn = Turn.NONE;
  private volatile boolean closed;

  private enum Turn {
    /** Too little was written yet. */
    NONE,
    /** This thread folds most. */
    MOST,
    /** The writer folds the rest, after its next commit. */
    REST
  }

  /**
   * @param own a connection for nothing else
   * @param writers that of the writer, used by its thread alone
   */
  WalCheckpoints(Connection own, Connection writers) {
    this.own = own;
    this.writers = writers;
    thread = Thread.ofPlatform().name("foldline-checkpoints").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** These were committed; of the writer's thread, between two transactions. */
  void committed(List<LogEvent> events) {
    for (LogEvent event : events) {
      written += event.size();
    }
    switch (turn) {
      case NONE -> {
        if (written >= DUE_BYTES) {
          turn = Turn.MOST;
          due.release();
        }
      }
      case MOST -> {}
      case REST -> {
        attempt(this::foldRest);
        written = 0;
        turn = Turn.NONE;
      }
    }
  }

  private void run() {
    try {
      for (due.acquire(); !closed; due.acquire()) {
        attempt(this::foldMost);
        turn = Turn.REST;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void foldRest() throws SQLException {
    writers.setAutoCommit(true);
    try {
      fold(writers);
    } finally {
      writers.setAutoCommit(false);
    }
  }

  private interface Folding {
    void run() throws SQLException;
  }

  /** What was committed stays so; the log only grows until it can be folded. */
  private static void attempt(Folding folding) {
    try {
      folding.run();
    } catch (SQLException e) {
      LOG.warn("The write-ahead log could not be folded into the database; that is tried again", e);
    }
  }

  /** Until little is left of what was written meanwhile, or it is more each time. */
  private void foldMost() throws SQLException {
    long before = 0;
    long last = Long.MAX_VALUE;
    for (int pass = 0; pass < MOST_PASSES; pass++) {
      long pages = fold(own);
      long more = pages - before;
      if (more < FEW_PAGES || more > last) {
        return;
      }
      before = pages;
      last = more;
    }
  }

  /** How many pages of the log are in the database, then. */
  private static long fold(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(PASSIVE)")) {
      return row.getLong(3);
    }
  }

  void close() {
    closed = true;
    due.release();
    Threads.join(thread);
  }
}
