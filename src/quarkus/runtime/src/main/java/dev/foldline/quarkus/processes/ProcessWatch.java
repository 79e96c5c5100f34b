package dev.foldline.quarkus.processes;

import dev.foldline.core.Listing.Ranked;
import dev.foldline.core.Namespace;
import dev.foldline.core.Progress;
import dev.foldline.core.UnknownEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.quarkus.BackgroundStart;
import dev.foldline.quarkus.Constants;
import dev.foldline.quarkus.FoldlineConfig;
import dev.foldline.quarkus.Role;
import dev.foldline.quarkus.RunnerMeters;
import dev.foldline.reactions.AnsweredProcesses;
import dev.foldline.reactions.AnsweredProcesses.Answered;
import dev.foldline.reactions.ProcessManager;
import dev.foldline.redis.Views;
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
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Looks from time to time how long the oldest process has waited, and the oldest that is held; and
 * says at the start where there are processes that nobody answers any more.
 */
@Singleton
class ProcessWatch {

  private static final Logger LOG = Logger.getLogger("dev.foldline");
  private static final Duration PACE = Duration.ofSeconds(10);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final Views views;
  private final Constants constants;
  private final AnsweredProcesses answered;
  private final boolean watches;
  private final List<Oldest> watched;
  private final AtomicBoolean looking = new AtomicBoolean();
  private @Nullable Cancellable starting;
  private long timer = -1;

  ProcessWatch(
      Vertx vertx,
      EventStore store,
      Views views,
      Namespace namespace,
      Constants constants,
      FoldlineConfig config,
      MeterRegistry registry) {
    this.vertx = vertx;
    this.views = views;
    this.constants = constants;
    this.answered = new AnsweredProcesses(store, namespace);
    this.watches = config.run().contains(Role.REACTIONS);
    this.watched =
        watches
            ? constants.processes().stream().map(process -> new Oldest(process, registry)).toList()
            : List.of();
  }

  /** Since when the oldest processes of one manager are as they are, as last looked at. */
  private static final class Oldest {

    private final ProcessManager process;
    private volatile Optional<Instant> waiting = Optional.empty();
    private volatile Optional<Instant> held = Optional.empty();

    Oldest(ProcessManager process, MeterRegistry registry) {
      this.process = process;
      RunnerMeters<Oldest> meters =
          new RunnerMeters<>(
              this, "foldline.processes.", Tags.of("process", process.name()), registry);
      meters.seconds(
          "waiting.oldest", "How long the oldest process has waited", it -> age(it.waiting));
      meters.seconds("held.oldest", "How long the oldest process is held", it -> age(it.held));
    }

    private static Duration age(Optional<Instant> since) {
      return since
          .map(it -> Duration.between(it, Instant.now()))
          .filter(Duration::isPositive)
          .orElse(Duration.ZERO);
    }

    Uni<Void> look(Views views) {
      return first(views, Progress.State.PROCESSING)
          .invoke(found -> waiting = found)
          .chain(() -> first(views, Progress.State.HELD))
          .invoke(found -> held = found)
          .replaceWithVoid();
    }

    private Uni<Optional<Instant>> first(Views views, Progress.State state) {
      return views
          .page(process.projection(), ProcessManager.list(state).page(1, Optional.empty()))
          .map(
              page ->
                  page.entries().stream()
                      .findFirst()
                      .map(Ranked::score)
                      .map(Instant::ofEpochMilli));
    }
  }

  void start(@Observes StartupEvent event, BackgroundStart background) {
    if (!watches) {
      return;
    }
    if (!watched.isEmpty()) {
      timer = vertx.setPeriodic(PACE.toMillis(), _ -> look());
    }
    starting =
        background
            .time()
            .chain(() -> answered.keep(constants.processes()))
            .onFailure(failure -> !(failure instanceof UnknownEvent))
            .retry()
            .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
            .indefinitely()
            .subscribe()
            .with(
                missed -> missed.forEach(this::warn),
                failure -> LOG.warnf("It is not known which processes were answered: %s", failure));
  }

  void stop(@Observes ShutdownEvent event) {
    vertx.cancelTimer(timer);
    if (starting != null) {
      starting.cancel();
    }
  }

  private void warn(Answered missed) {
    LOG.warnf(
        "Nobody answers the process '%s' any more: the reaction '%s', which did, is not in this"
            + " application. Those that have not ended never will: put it back until they have."
            + " Where there are none, delete the stream %s, and this is said no more.",
        missed.process(), missed.reaction(), answered.stream());
  }

  private void look() {
    if (!looking.compareAndSet(false, true)) {
      return;
    }
    Uni.join()
        .all(watched.stream().map(each -> each.look(views)).toList())
        .andCollectFailures()
        .onTermination()
        .invoke(() -> looking.set(false))
        .subscribe()
        .with(_ -> {}, failure -> LOG.debugf(failure, "the oldest processes are not known"));
  }
}
