package dev.foldline.redis;

import dev.foldline.core.Recorded;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** Reads a stream's events from the store, for those that were not delivered. */
@FunctionalInterface
public interface History<S> {

  /**
   * The events of a stream from a revision on.
   *
   * @param from the first revision
   * @param limit how many events at most
   * @return the events in their order; none where the stream has none left from there on
   */
  Uni<List<Recorded<S>>> read(String stream, long from, int limit);
}
