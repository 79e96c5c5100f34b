package dev.foldline.quarkus.reactions;

import dev.foldline.core.Namespace;
import dev.foldline.core.NotFound;
import dev.foldline.core.Reaction;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.quarkus.BackgroundStart;
import dev.foldline.quarkus.Constants;
import dev.foldline.quarkus.FoldlineConfig;
import dev.foldline.quarkus.Role;
import dev.foldline.quarkus.RunnerMeters;
import dev.foldline.reactions.Engine;
import dev.foldline.reactions.ReactionRunner;
import dev.foldline.reactions.ReactionRunner.Duty;
import dev.foldline.reactions.ReactionTiming;
import dev.foldline.reactions.StoreClock;
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
 * Runs every {@link Reaction} of the application, as long as the application runs: as much of it as
 * the instance does.
 */
@Singleton
public class Reactions {

  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private final List<? extends ReactionRunner<?>> runners;
  private final Set<Duty> duties;
  private @Nullable Cancellable starting;

  Reactions(
      Vertx vertx,
      EventStore store,
      EventCodec codec,
      CommandHandler commands,
      ReadModels models,
      Namespace namespace,
      StoreClock clock,
      FoldlineConfig config,
      MeterRegistry registry,
      Constants constants) {
    ReactionTiming usual = ReactionTiming.DEFAULT;
    ReactionTiming timing =
        new ReactionTiming(
            usual.command(),
            config.reactions().attemptTimeout(),
            usual.hold(),
            usual.look(),
            config.reactions().giveUpAfter());
    Engine engine =
        new Engine(
            vertx,
            store,
            codec,
            commands,
            models,
            namespace,
            config.application(),
            clock,
            Performers::of,
            timing);
    this.duties = duties(config.run());
    this.runners =
        constants.reactions().stream()
            .map(reaction -> new ReactionRunner<>(engine, reaction))
            .toList();
    if (duties.contains(Duty.REACT)) {
      runners.forEach(runner -> measureEvents(runner, registry));
    }
    if (duties.contains(Duty.REMIND)) {
      runners.forEach(runner -> measureReminders(runner, registry));
    }
  }

  private static Set<Duty> duties(Set<Role> roles) {
    Set<Duty> duties = EnumSet.noneOf(Duty.class);
    if (roles.contains(Role.REACTIONS)) {
      duties.add(Duty.REACT);
    }
    if (roles.contains(Role.TIMERS)) {
      duties.add(Duty.REMIND);
    }
    return duties;
  }

  /** One for each reaction of which something is done here. */
  List<? extends ReactionRunner<?>> running() {
    return duties.isEmpty() ? List.of() : runners;
  }

  /** One for each reaction. */
  public List<? extends ReactionRunner<?>> runners() {
    return runners;
  }

  void start(@Observes StartupEvent event, BackgroundStart background) {
    if (!duties.isEmpty()) {
      starting =
          background.time().subscribe().with(_ -> runners.forEach(runner -> runner.start(duties)));
    }
  }

  void stop(@Observes ShutdownEvent event) {
    if (starting != null) {
      starting.cancel();
    }
    if (!runners.isEmpty()) {
      Uni.join()
          .all(runners.stream().map(runner -> runner.stop(STOP_LIMIT)).toList())
          .andCollectFailures()
          .await()
          .atMost(STOP_LIMIT.multipliedBy(2));
    }
  }

  /** One whose name is given. */
  public ReactionRunner<?> runner(String reaction) {
    return runners.stream()
        .filter(runner -> runner.reaction().name().equals(reaction))
        .findFirst()
        .orElseThrow(() -> new NotFound("there is no reaction " + reaction));
  }

  private static RunnerMeters<ReactionRunner<?>> meters(
      ReactionRunner<?> runner, MeterRegistry registry) {
    return new RunnerMeters<>(
        runner, "foldline.reactions.", Tags.of("reaction", runner.reaction().name()), registry);
  }

  private static void measureEvents(ReactionRunner<?> runner, MeterRegistry registry) {
    RunnerMeters<ReactionRunner<?>> meters = meters(runner, registry);
    meters.count("done", "Effects that were done, or found done", r -> r.figures().done());
    meters.count(
        "refused", "Effects that were refused, or found refused", r -> r.figures().refused());
    meters.count("failed", "Effects that were given up", r -> r.figures().failed());
    meters.count(
        "differed",
        "Effects of which the target holds what another command came to",
        r -> r.figures().differed());
    meters.count("retried", "Events that were taken up again", r -> r.figures().retried());
    meters.count("parked", "Events that were parked for a person", r -> r.figures().parked());
    meters.count("read.back", "Events of targets that were read back", r -> r.figures().readBack());
    meters.count("losses", "Times that the subscription was lost", r -> r.health().losses());
    meters.show("up", "Whether the subscription is open", r -> r.health().isSubscribed() ? 1 : 0);
    meters.show(
        "lag.events",
        "Events that wait in the server's buffer and in hand: at least so many",
        r -> r.health().backlog());
    meters.seconds(
        "lag",
        "Age of the oldest event that waits, or how long there is no subscription",
        r -> r.health().lag());
    meters.show("waiting", "Events that wait for another system", ReactionRunner::waiting);
    meters.seconds(
        "waiting.oldest",
        "How long the oldest event has waited for another system",
        ReactionRunner::oldestWaiting);
    meters.show("stuck", "Events that are parked for a person", ReactionRunner::stuck);
  }

  private static void measureReminders(ReactionRunner<?> runner, MeterRegistry registry) {
    RunnerMeters<ReactionRunner<?>> meters = meters(runner, registry);
    meters.count("reminded", "Reminders that were due, and are over", r -> r.figures().reminded());
    meters.show("reminders", "Reminders that are pending", ReactionRunner::pendingReminders);
    meters.seconds(
        "reminders.overdue",
        "For how long the oldest reminder is due that can't take place",
        ReactionRunner::overdueReminders);
  }
}
