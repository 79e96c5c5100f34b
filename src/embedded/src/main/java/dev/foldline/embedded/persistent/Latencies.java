package dev.foldline.embedded.persistent;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** How long a consumer took for its latest events, from delivery to its answer. */
final class Latencies {
  private static final int KEPT = 1_000;
  private static final int NANOS_PER_TICK = 100;

  private final long[] ticks = new long[KEPT];
  private long recorded;

  void record(Duration latency) {
    ticks[(int) (recorded++ % KEPT)] = Math.max(1, latency.toNanos() / NANOS_PER_TICK);
  }

  /**
   * The measurements of a consumer's info, in ticks of 100 nanoseconds, by the names EventStoreDB
   * gives them; zeros without any.
   */
  SequencedMap<String, Long> measurements() {
    var sorted = Arrays.copyOf(ticks, (int) Math.max(1, Math.min(recorded, KEPT)));
    Arrays.sort(sorted);
    var measurements = new LinkedHashMap<String, Long>();
    measurements.put("Mean", Arrays.stream(sorted).sum() / sorted.length);
    measurements.put("Median", quantile(sorted, 0.5));
    measurements.put("Fastest", sorted[0]);
    for (int quintile = 1; quintile <= 5; quintile++) {
      measurements.put("Quintile " + quintile, quantile(sorted, quintile / 5.0));
    }
    measurements.put("90%", quantile(sorted, 0.9));
    measurements.put("95%", quantile(sorted, 0.95));
    measurements.put("99%", quantile(sorted, 0.99));
    measurements.put("99.5%", quantile(sorted, 0.995));
    measurements.put("99.9%", quantile(sorted, 0.999));
    measurements.put("Highest", sorted[sorted.length - 1]);
    return measurements;
  }

  private static long quantile(long[] sorted, double quantile) {
    return sorted[Math.max(0, (int) Math.ceil(quantile * sorted.length) - 1)];
  }
}
