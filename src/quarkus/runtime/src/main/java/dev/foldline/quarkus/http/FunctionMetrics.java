package dev.foldline.quarkus.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Counts and times the calls of functions, by function and outcome. */
@Singleton
final class FunctionMetrics {

  private record Key(String function, String outcome) {}

  private final MeterRegistry registry;
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

  FunctionMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  void record(String function, boolean command, String outcome, long nanos) {
    timers
        .computeIfAbsent(new Key(function, outcome), key -> timer(key, command))
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer timer(Key key, boolean command) {
    return Timer.builder(command ? "foldline.commands" : "foldline.queries")
        .description(command ? "Commands handled" : "Queries answered")
        .tag("function", key.function())
        .tag("outcome", key.outcome())
        .publishPercentileHistogram()
        .register(registry);
  }
}
