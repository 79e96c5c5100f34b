package dev.foldline.embedded.persistent;

import java.time.Instant;
import java.util.Comparator;

/**
 * One event on its way through a group, from when it was read until it is acknowledged or parked.
 */
final class Message {
  /** Replayed events go before all others, then the order in which the group met them. */
  static final Comparator<Message> ORDER =
      Comparator.comparing((Message message) -> !message.replayed)
          .thenComparingLong(message -> message.sequence);

  private final GroupEvent event;
  private final long sequence;
  private final long positionBefore;
  private final boolean replayed;
  private int retries;
  private Instant deliveredAt = Instant.EPOCH;

  private Message(GroupEvent event, long sequence, long positionBefore, boolean replayed) {
    this.event = event;
    this.sequence = sequence;
    this.positionBefore = positionBefore;
    this.replayed = replayed;
  }

  /** An event of the group's source, the {@code sequence}-th it counts. */
  static Message subscribed(GroupEvent event, long sequence, long positionBefore) {
    return new Message(event, sequence, positionBefore, false);
  }

  /** An event that was parked and is delivered again. */
  static Message replayed(GroupEvent event, long sequence) {
    return new Message(event, sequence, -1, true);
  }

  GroupEvent event() {
    return event;
  }

  long sequence() {
    return sequence;
  }

  /** Where a group that has done everything before this event would resume. */
  long positionBefore() {
    return positionBefore;
  }

  boolean isReplayed() {
    return replayed;
  }

  int retries() {
    return retries;
  }

  Instant deliveredAt() {
    return deliveredAt;
  }

  void delivered(Instant now) {
    deliveredAt = now;
  }

  void retry() {
    retries++;
  }
}
