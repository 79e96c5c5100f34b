package dev.foldline.quarkus.projections;

import dev.foldline.core.NotFound;
import dev.foldline.core.Projection;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.quarkus.BackgroundStart;
import dev.foldline.quarkus.Constants;
import dev.foldline.quarkus.FoldlineConfig;
import dev.foldline.quarkus.Role;
import dev.foldline.quarkus.RunnerMeters;
import dev.foldline.readmodels.ProjectionRunner;
import dev.foldline.readmodels.ProjectionRunner.Duty;
import dev.foldline.redis.ReadModels;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs every {@link Projection} of the application, as long as the application runs: as much of it
 * as the instance does.
 */
@Singleton
public class Projections {

  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final EventStore store;
  private final List<? extends ProjectionRunner<?>> runners;
  private final Set<Duty> duties;
  private @Nullable Cancellable starting;

  Projections(
      Vertx vertx,
      EventStore store,
      EventCodec codec,
      ReadModels models,
      FoldlineConfig config,
      MeterRegistry registry,
      Constants constants) {
    this.store = store;
    this.duties = duties(config.run());
    this.runners =
        constants.projections().stream()
            .map(
                projection ->
                    new ProjectionRunner<>(
                        vertx, store, codec, models, projection, config.projections().onPoison()))
            .toList();
    if (duties.contains(Duty.APPLY)) {
      runners.forEach(runner -> measureEvents(runner, registry));
    }
    if (duties.contains(Duty.BUILD)) {
      runners.forEach(runner -> measureBuilds(runner, registry));
    }
  }

  private static Set<Duty> duties(Set<Role> roles) {
    Set<Duty> duties = EnumSet.noneOf(Duty.class);
    if (roles.contains(Role.PROJECTIONS)) {
      duties.add(Duty.APPLY);
    }
    if (roles.contains(Role.BUILDS)) {
      duties.add(Duty.BUILD);
    }
    return duties;
  }

  /** One for each projection of which something is done here. */
  List<? extends ProjectionRunner<?>> running() {
    return duties.isEmpty() ? List.of() : runners;
  }

  /** What is in Redis under its namespace is the application's once it is registered. */
  void start(@Observes StartupEvent event, BackgroundStart background) {
    if (duties.isEmpty()) {
      return;
    }
    starting =
        background
            .time()
            .chain(store::ready)
            .onFailure()
            .retry()
            .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
            .indefinitely()
            .subscribe()
            .with(_ -> runners.forEach(runner -> runner.start(duties)));
  }

  void stop(@Observes ShutdownEvent event) {
    if (starting != null) {
      starting.cancel();
    }
    Uni.join()
        .all(runners.stream().map(runner -> runner.stop(STOP_LIMIT)).toList())
        .andCollectFailures()
        .await()
        .atMost(STOP_LIMIT.multipliedBy(2));
  }

  /** One whose name is given. */
  public ProjectionRunner<?> runner(String projection) {
    return runners.stream()
        .filter(runner -> runner.projection().name().equals(projection))
        .findFirst()
        .orElseThrow(() -> new NotFound("there is no projection " + projection));
  }

  private static RunnerMeters<ProjectionRunner<?>> meters(
      ProjectionRunner<?> runner, MeterRegistry registry) {
    return new RunnerMeters<>(
        runner,
        "foldline.projection.",
        Tags.of("projection", runner.projection().name()),
        registry);
  }

  private static void measureEvents(ProjectionRunner<?> runner, MeterRegistry registry) {
    RunnerMeters<ProjectionRunner<?>> meters = meters(runner, registry);
    meters.count("applied", "Events that took effect", r -> r.figures().applied());
    meters.count(
        "duplicates",
        "Deliveries skipped, because their event had taken effect before",
        r -> r.figures().duplicates());
    meters.count(
        "gaps", "Times that missing events were read from their stream", r -> r.figures().gaps());
    meters.count(
        "retried", "Deliveries that were not the first of their event", r -> r.figures().retried());
    meters.count("poisoned", "Events found that can't be applied", r -> r.figures().poisoned());
    meters.count("losses", "Times that the subscription was lost", r -> r.health().losses());
    meters.show("up", "Whether the subscription is open", r -> r.health().isSubscribed() ? 1 : 0);
    meters.show(
        "lag.events",
        "Events that wait in the server's buffer and in hand: at least so many, since the server"
            + " reads no further ahead; the age says how far behind that is",
        r -> r.health().backlog());
    meters.seconds(
        "lag",
        "Age of the oldest event that waits, or how long there is no subscription",
        r -> r.health().lag());
    meters.show("parked", "Events that are parked, up to 1000", r -> r.parked().count());
    meters.seconds(
        "parked.oldest",
        "How long the oldest parked event has been parked",
        r -> r.parked().oldest());
  }

  private static void measureBuilds(ProjectionRunner<?> runner, MeterRegistry registry) {
    RunnerMeters<ProjectionRunner<?>> meters = meters(runner, registry);
    meters.show(
        "build.events",
        "Events in the build that this instance last worked on",
        r -> r.building().events());
    meters.show(
        "build.ratio",
        "How much of the log is in the build that this instance works on; 1 while it builds none",
        ProjectionRunner::buildRatio);
  }
}
