package dev.foldline.redis;

import dev.foldline.core.Recorded;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What became of a batch.
 *
 * @param applied how many events took effect, those read to fill gaps included
 * @param duplicates how many events of the batch had been applied before
 * @param gaps how many gaps were filled from the stream
 * @param poisoned by stream, the events that can't be applied
 */
public record Applied(int applied, int duplicates, int gaps, Map<String, List<Poison>> poisoned) {

  /**
   * An event that can't be applied.
   *
   * @param revision of the event
   * @param position of the event in the log, −1 where it is not known
   * @param cause what its decoding, the projection or the writing of its document threw
   * @param holds whether the later events of its stream were not applied either
   */
  public record Poison(long revision, long position, Throwable cause, boolean holds) {

    /** There is nothing in a tombstone that could wait. */
    boolean concerns(long event) {
      return event == revision || (holds && event > revision && event != Projector.TOMBSTONE);
    }
  }

  /** What keeps an event of the batch from being applied; empty if it took effect. */
  public Optional<Poison> poison(Recorded<?> event) {
    return poisoned.getOrDefault(event.stream(), List.of()).stream()
        .filter(poison -> poison.concerns(event.revision()))
        .findFirst();
  }
}
