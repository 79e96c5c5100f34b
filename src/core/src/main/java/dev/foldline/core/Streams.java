package dev.foldline.core;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;

/**
 * All that the command handler asks of an event store: of the node that leads, where it has
 * several. Answers may come on any thread.
 *
 * <p>All fail with {@link Unavailable} where the store is away.
 */
public interface Streams {

  /**
   * Appends events in one piece.
   *
   * @param expected the revision that the stream's last event must have, −1 for none
   * @return where they ended; fails with {@link WrongRevision} if the stream has another revision,
   *     with {@link OutcomeUnknown} if they may have been written or not, and in any other way only
   *     if they were not: with {@link TooLarge} if they are more than the store takes in one piece
   */
  CompletionStage<Appended> append(String stream, long expected, List<StoredEvent> events);

  /**
   * Reads a part of a stream, in its order.
   *
   * @param from the first revision
   * @param limit how many events at most
   * @return the events; none where there is no such stream or it ends before. Fails with {@link
   *     Truncated} where there is a stream and not one of its events is left
   */
  CompletionStage<List<Recorded<StoredEvent>>> read(String stream, long from, int limit);

  /**
   * Reads the last events of a stream, the latest first.
   *
   * @param limit how many events at most
   * @param end is told the revision of the last one as soon as it is there; again, if the store is
   *     asked again
   * @return the events; none where there is no such stream. Fails with {@link Truncated} where
   *     there is a stream and not one of its events is left
   */
  CompletionStage<List<Recorded<StoredEvent>>> last(String stream, int limit, LongConsumer end);
}
