package dev.foldline.redis;

import dev.foldline.core.Recorded;
import org.jspecify.annotations.Nullable;

/** Reads an event from its stored form. */
@FunctionalInterface
public interface Decoder<S, E> {

  /**
   * The event in a stored form. What it throws poisons the event.
   *
   * @return null for one that is none of the application's, such as a link or a tombstone: it
   *     changes nothing
   */
  @Nullable Recorded<E> decode(Recorded<S> stored);
}
