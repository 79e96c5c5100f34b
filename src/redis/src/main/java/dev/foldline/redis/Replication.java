package dev.foldline.redis;

/**
 * Which writes a Redis has, as it tells itself: those of one history, up to an offset. A history
 * ends when Redis is started again or a replica takes over; the next one tells which one it came
 * from, and up to where that was the same.
 *
 * @param before the history that it came from
 * @param split the first offset of that history that is not here
 */
public record Replication(String history, long offset, String before, long split) {

  /** Whether what was written up to an offset of a history is here. */
  boolean has(String written, long upTo) {
    return written.equals(history) || (written.equals(before) && upTo < split);
  }
}
