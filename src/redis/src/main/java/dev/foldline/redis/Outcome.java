package dev.foldline.redis;

import dev.foldline.core.Recorded;
import java.util.Map;
import java.util.Optional;

/**
 * What became of a batch.
 *
 * @param applied how many events took effect, those read to fill gaps included
 * @param duplicates how many events of the batch had been applied before
 * @param gaps how many gaps were filled from the stream
 * @param poisoned by stream, the event that can't be applied: it and the later ones of its stream
 *     were not
 */
public record Outcome(int applied, int duplicates, int gaps, Map<String, Poison> poisoned) {

  /**
   * An event that can't be applied.
   *
   * @param revision of the event
   * @param cause what its decoding or the projection threw
   */
  public record Poison(long revision, RuntimeException cause) {}

  /** What keeps an event of the batch from being applied; empty if it took effect. */
  public Optional<Poison> poison(Recorded<?> event) {
    return Optional.ofNullable(poisoned.get(event.stream()))
        .filter(poison -> event.revision() >= poison.revision());
  }
}
