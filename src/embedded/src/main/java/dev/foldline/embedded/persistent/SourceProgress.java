package dev.foldline.embedded.persistent;

import dev.foldline.embedded.persistent.GroupEffect.Read;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a group has come with its source. It reads page by page until it has reached the end;
 * then it is live and is shown each event as it is committed, until there are too many of them.
 */
final class SourceProgress {
  private final GroupSettings settings;
  private long cursor;
  private OptionalLong lastKnown = OptionalLong.empty();
  private boolean live;
  private boolean reading;
  private boolean moreCommitted = true;

  /** A read failed, and the next one waits for a tick. */
  private boolean resting;

  SourceProgress(GroupSettings settings, long resumeAfter) {
    this.settings = settings;
    this.cursor = resumeAfter;
  }

  /**
   * An event was committed; if it can't be entered or skipped now and was not before, it will be
   * read.
   *
   * @param buffered how many new events wait in the group
   * @param room whether it may hold more bytes
   */
  boolean follows(long position, int buffered, boolean room) {
    if (position <= cursor) {
      return false;
    }
    if (live && !reading && !moreCommitted && buffered < settings.liveCapacity() && room) {
      return true;
    }
    moreCommitted = true;
    return false;
  }

  void missed() {
    moreCommitted = true;
  }

  void entered(long position) {
    cursor = position;
    lastKnown = OptionalLong.of(position);
  }

  void skipped(long position) {
    cursor = position;
  }

  void read(long upTo, boolean reachedEnd) {
    reading = false;
    cursor = Math.max(cursor, upTo);
    live = reachedEnd;
    moreCommitted |= !reachedEnd;
  }

  void readFailed() {
    resting = true;
    reading = false;
    moreCommitted = true;
  }

  void tick() {
    resting = false;
  }

  /** The page to read now, if there is more to read and room for it. */
  Optional<Read> next(int buffered, boolean room) {
    if (live && moreCommitted && buffered >= settings.liveCapacity()) {
      live = false;
    }
    var page = settings.pageSize();
    var fits = buffered + page <= settings.historyCapacity() && room;
    if (!moreCommitted || !fits || reading || resting) {
      return Optional.empty();
    }
    reading = true;
    moreCommitted = false;
    return Optional.of(new Read(cursor, page));
  }

  boolean isLive() {
    return live;
  }

  boolean isReading() {
    return reading;
  }

  OptionalLong lastKnown() {
    return lastKnown;
  }
}
