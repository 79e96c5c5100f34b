package dev.foldline.readmodels;

import dev.foldline.redis.Applied;
import java.util.concurrent.atomic.LongAdder;

/** What an instance did to the read models of a projection. Safe for use by many threads. */
public final class Figures {

  private final LongAdder applied = new LongAdder();
  private final LongAdder duplicates = new LongAdder();
  private final LongAdder gaps = new LongAdder();
  private final LongAdder retried = new LongAdder();
  private final LongAdder poisoned = new LongAdder();

  void add(Applied outcome) {
    applied.add(outcome.applied());
    duplicates.add(outcome.duplicates());
    gaps.add(outcome.gaps());
  }

  void addRetried(long deliveries) {
    retried.add(deliveries);
  }

  void addPoisoned() {
    poisoned.increment();
  }

  /** How many events took effect. */
  public long applied() {
    return applied.sum();
  }

  /** How many deliveries were skipped, because their event had taken effect before. */
  public long duplicates() {
    return duplicates.sum();
  }

  /** How often missing events were read from their stream. */
  public long gaps() {
    return gaps.sum();
  }

  /** How many deliveries were not the first one of their event. */
  public long retried() {
    return retried.sum();
  }

  /** How many events were found that can't be applied. */
  public long poisoned() {
    return poisoned.sum();
  }
}
