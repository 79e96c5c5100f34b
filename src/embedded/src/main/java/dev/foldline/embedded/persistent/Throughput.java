package dev.foldline.embedded.persistent;

import java.time.Duration;
import java.time.Instant;

/** How many events went out: in all, on average, and since the last tick. */
final class Throughput {
  private final Instant since;
  private long total;
  private long totalAtLastTick;

  Throughput(Instant since) {
    this.since = since;
  }

  void count() {
    total++;
  }

  void tick() {
    totalAtLastTick = total;
  }

  long total() {
    return total;
  }

  long sinceLastTick() {
    return total - totalAtLastTick;
  }

  int averagePerSecond(Instant now) {
    var seconds = Math.max(1, Duration.between(since, now).toSeconds());
    return (int) Math.min(Integer.MAX_VALUE, total / seconds);
  }
}
