package dev.foldline.embedded.persistent;

import java.util.OptionalLong;

/** What a {@link Group} wants done; whoever does it reports back where the method named says so. */
sealed interface Effect {

  /** Give the event to the consumer. */
  record Deliver(Consumer consumer, Message message, int retries) implements Effect {}

  /** Read the source after a position, then {@link Group#read}. */
  record Read(long after, int count) implements Effect {}

  /**
   * Write the event to the parked stream, then {@link Group#parked} or {@link Group#parkingFailed}.
   */
  record Park(Message message, String reason) implements Effect {}

  /** Write a checkpoint, then {@link Group#checkpointWritten}. */
  record WriteCheckpoint(long position) implements Effect {}

  /**
   * Read the parked stream from one revision, up to but without another, then {@link
   * Group#parkedRead}.
   */
  record ReadParked(long from, long until, int count) implements Effect {}

  /**
   * Leave entries before a revision out of the parked stream: they were replayed.
   *
   * @param replayingFrom the first that may not be settled yet, to be remembered over a crash
   */
  record TruncateParked(long before, OptionalLong replayingFrom) implements Effect {}
}
