package dev.foldline.embedded.persistent;

import java.util.OptionalLong;

/**
 * What a {@link ConsumerGroup} wants done; whoever does it reports back where the method named says
 * so.
 */
sealed interface GroupEffect {

  /** Give the event to the consumer. */
  record Deliver(Consumer consumer, Message message, int retries) implements GroupEffect {}

  /** Read the source after a position, then {@link ConsumerGroup#read}. */
  record Read(long after, int count) implements GroupEffect {}

  /**
   * Write the event to the parked stream, then {@link ConsumerGroup#parked} or {@link
   * ConsumerGroup#parkingFailed}.
   */
  record Park(Message message, String reason) implements GroupEffect {}

  /** Write a checkpoint, then {@link ConsumerGroup#checkpointWritten}. */
  record WriteCheckpoint(long position) implements GroupEffect {}

  /**
   * Read the parked stream from one revision, up to but without another, then {@link
   * ConsumerGroup#parkedRead}.
   */
  record ReadParked(long from, long until, int count) implements GroupEffect {}

  /**
   * Leave entries before a revision out of the parked stream: they were replayed.
   *
   * @param replayingFrom the first that may not be settled yet, to be remembered over a crash
   */
  record TruncateParked(long before, OptionalLong replayingFrom) implements GroupEffect {}
}
