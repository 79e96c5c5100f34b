package dev.foldline.embedded.persistent;

import java.time.Duration;
import java.util.Objects;

/**
 * What a group was created or updated with, as sent: zero and negative numbers are legal and
 * echoed, so whoever acts on a number asks for it by a method that guards against it.
 *
 * @param messageTimeoutMillis how long a consumer may take for an event, checked once a second
 * @param checkpointAfterMillis the least time between two checkpoints taken by time; 0 for none by
 *     time
 * @param maxSubscriberCount 0 for no limit
 */
record GroupSettings(
    boolean resolveLinks,
    boolean extraStatistics,
    int maxRetryCount,
    int messageTimeoutMillis,
    int checkpointAfterMillis,
    int minCheckpointCount,
    int maxCheckpointCount,
    int maxSubscriberCount,
    int liveBufferSize,
    int readBatchSize,
    int historyBufferSize,
    Strategy strategy) {

  private static final int LARGEST_PAGE = 500;
  private static final int LARGEST_BUFFER = 10_000;

  GroupSettings {
    Objects.requireNonNull(strategy);
  }

  Duration messageTimeout() {
    return Duration.ofMillis(Math.max(0, messageTimeoutMillis));
  }

  /**
   * Events that a read asks for: the batch, or half of the buffer if that is more, since a read
   * costs more than an event.
   */
  int pageSize() {
    return Math.clamp(Math.max(readBatchSize, historyCapacity() / 2), 1, LARGEST_PAGE);
  }

  /** Events the group reads ahead while it catches up. */
  int historyCapacity() {
    return Math.clamp(historyBufferSize, 1, LARGEST_BUFFER);
  }

  /** Events the group holds while it is live; beyond that it falls behind. */
  int liveCapacity() {
    return Math.clamp(liveBufferSize, 0, LARGEST_BUFFER);
  }

  boolean admits(int consumers) {
    return maxSubscriberCount <= 0 || consumers < maxSubscriberCount;
  }

  boolean exhausted(int retries) {
    return retries >= maxRetryCount;
  }
}
