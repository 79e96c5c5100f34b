package dev.foldline.quarkus;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The meters of what runs as long as the application does, such as a projection.
 *
 * @param prefix with which their names begin
 */
public record RunnerMeters<R>(R runner, String prefix, Tags tags, MeterRegistry registry) {

  /** One that only grows. */
  public void count(String name, String what, ToDoubleFunction<R> value) {
    FunctionCounter.builder(prefix + name, runner, value)
        .description(what)
        .tags(tags)
        .register(registry);
  }

  /** One that goes up and down. */
  public void show(String name, String what, ToDoubleFunction<R> value) {
    Gauge.builder(prefix + name, runner, value).description(what).tags(tags).register(registry);
  }

  /** A time. */
  public void seconds(String name, String what, Function<R, Duration> value) {
    Gauge.builder(prefix + name, runner, r -> value.apply(r).toMillis() / 1e3)
        .description(what)
        .baseUnit("seconds")
        .tags(tags)
        .register(registry);
  }
}
