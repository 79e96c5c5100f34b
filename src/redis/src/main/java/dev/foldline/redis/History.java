package dev.foldline.redis;

import dev.foldline.core.Recorded;
import io.smallrye.mutiny.Uni;
import java.util.List;

/**
 * Where events are read that were not delivered: from their stream, and what that does not give any
 * more, because it was deleted or truncated, from the log of all streams, which keeps it for
 * longer.
 */
public record History<S>(OfStream<S> stream, OfLog<S> log) {

  /** Reads a stream. */
  @FunctionalInterface
  public interface OfStream<S> {

    /**
     * The events of a stream from a revision on.
     *
     * @param from the first revision
     * @param limit how many events at most
     * @return the events in their order, as far as the stream gives them. Fails with {@link
     *     dev.foldline.core.Unavailable} where the store is away, in any other way where this
     *     stream can't be read
     */
    Uni<List<Recorded<S>>> read(String stream, long from, int limit);
  }

  /** Reads the log of all streams, backwards. */
  @FunctionalInterface
  public interface OfLog<S> {

    /**
     * The events before a position, the latest first.
     *
     * @param limit how many events at most
     * @return the events; none at the beginning of the log. Fails as {@link OfStream#read}
     */
    Uni<List<Recorded<S>>> before(long position, int limit);
  }
}
