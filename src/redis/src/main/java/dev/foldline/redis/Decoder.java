package dev.foldline.redis;

import dev.foldline.core.Recorded;
import java.util.List;

/** Reads an event from its stored form. */
@FunctionalInterface
public interface Decoder<S> {

  /**
   * The events that a stored one is by now. What it throws poisons the event.
   *
   * @return none for one that is none of the application's, such as a link or a tombstone: it
   *     changes nothing; several where one shape of the past stands for several of today
   */
  List<? extends Recorded<?>> decode(Recorded<S> stored);
}
