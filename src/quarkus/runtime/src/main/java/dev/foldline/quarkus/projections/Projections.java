package dev.foldline.quarkus.projections;

import dev.foldline.core.Projection;
import dev.foldline.eventstoredb.EventCodec;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.quarkus.FoldlineConfig;
import dev.foldline.redis.ReadModels;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

/** Runs every {@link Projection} bean of the application, as long as the application runs. */
@Singleton
public class Projections {

  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private final List<? extends ProjectionRunner<?, ?>> runners;

  Projections(
      Vertx vertx,
      EventStore store,
      EventCodec codec,
      ReadModels models,
      FoldlineConfig config,
      MeterRegistry registry,
      @All List<Projection<?, ?>> projections) {
    this.runners =
        projections.stream()
            .map(
                projection ->
                    new ProjectionRunner<>(
                        vertx, store, codec, models, projection, config.projections().onPoison()))
            .toList();
    runners.forEach(runner -> measure(runner, registry));
  }

  /** One for each projection. */
  public List<? extends ProjectionRunner<?, ?>> runners() {
    return runners;
  }

  void start(@Observes StartupEvent event) {
    runners.forEach(ProjectionRunner::start);
  }

  void stop(@Observes ShutdownEvent event) {
    Uni.join()
        .all(runners.stream().map(runner -> runner.stop(STOP_LIMIT)).toList())
        .andCollectFailures()
        .await()
        .atMost(STOP_LIMIT.multipliedBy(2));
  }

  private static void measure(ProjectionRunner<?, ?> runner, MeterRegistry registry) {
    Tags tags = Tags.of("projection", runner.projection().name());
    FunctionCounter.builder("foldline.projection.applied", runner, ProjectionRunner::applied)
        .description("Events that took effect")
        .tags(tags)
        .register(registry);
    FunctionCounter.builder("foldline.projection.duplicates", runner, ProjectionRunner::duplicates)
        .description("Deliveries skipped, because their event had taken effect before")
        .tags(tags)
        .register(registry);
    FunctionCounter.builder("foldline.projection.gaps", runner, ProjectionRunner::gaps)
        .description("Times that missing events were read from their stream")
        .tags(tags)
        .register(registry);
    FunctionCounter.builder("foldline.projection.losses", runner, r -> r.health().losses())
        .description("Times that the subscription was lost")
        .tags(tags)
        .register(registry);
    Gauge.builder("foldline.projection.lag.events", runner, r -> r.health().backlog())
        .description("Events that wait for the projection")
        .tags(tags)
        .register(registry);
    Gauge.builder("foldline.projection.lag", runner, r -> r.health().lag().toMillis() / 1e3)
        .description("Age of the oldest event that waits, or how long there is no subscription")
        .baseUnit("seconds")
        .tags(tags)
        .register(registry);
    Gauge.builder("foldline.projection.parked", runner, r -> r.health().parked())
        .description("Events that are parked")
        .tags(tags)
        .register(registry);
    FunctionCounter.builder("foldline.projection.poisoned", runner, ProjectionRunner::parked)
        .description("Deliveries that could not be applied")
        .tags(tags)
        .register(registry);
    Gauge.builder("foldline.projection.building", runner, r -> r.building().events())
        .description("Events in the build that this instance last worked on")
        .tags(tags)
        .register(registry);
    Gauge.builder("foldline.projection.up", runner, r -> r.health().isSubscribed() ? 1 : 0)
        .description("Whether the subscription is open")
        .tags(tags)
        .register(registry);
  }
}
