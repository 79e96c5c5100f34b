package dev.foldline.embedded.log;

/**
 * A stream as of some moment.
 *
 * @param id of its name in the log, 0 if the name was never written to
 * @param lastRevision of its last event, −1 if it never had one; a tombstone doesn't count
 * @param tombstoned whether it was deleted for good (a metastream also by its stream's tombstone)
 * @param closed whether nothing can be appended any more: if it is tombstoned, unless it is a
 *     metastream that had events when its stream was
 * @param hasMetadata whether its metastream has an event
 */
public record StreamInfo(
    String name,
    long id,
    long lastRevision,
    boolean tombstoned,
    boolean closed,
    boolean hasMetadata,
    StreamMetadata metadata) {

  private static final long TICKS_PER_SECOND = 10_000_000;

  public boolean isSoftDeleted() {
    return metadata.truncateBefore() == LogEvent.TOMBSTONE_REVISION;
  }

  /** Whether a reader finds it: it has events, if maybe truncated ones, and was not deleted. */
  public boolean exists() {
    return lastRevision >= 0 && !tombstoned && !isSoftDeleted();
  }

  /**
   * The lowest revision that {@code $maxCount} and {@code $tb} leave readable; may lie beyond the
   * last.
   */
  public long firstRevision() {
    long byCount = metadata.maxCount() > 0 ? lastRevision - metadata.maxCount() + 1 : 0;
    return Math.max(Math.max(byCount, metadata.truncateBefore()), 0);
  }

  /**
   * Whether {@code $maxAge}, {@code $maxCount}, {@code $tb} and deletion leave an event of this
   * stream readable.
   */
  public boolean isReadable(long revision, long created) {
    return revision >= firstRevision() && !isExpired(created) && exists();
  }

  public boolean isExpired(long created) {
    long maxAge = metadata.maxAgeSeconds();
    return maxAge > 0
        && created
            < Ticks.now() - Math.min(maxAge, Long.MAX_VALUE / TICKS_PER_SECOND) * TICKS_PER_SECOND;
  }
}
