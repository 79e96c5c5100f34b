package dev.foldline.readmodels;

import dev.foldline.core.Away;
import dev.foldline.redis.Builds;
import dev.foldline.redis.Checkpoint;
import dev.foldline.redis.Checkpoints;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that there are whole read models: builds those that are missing, and mends those that
 * lost something, on a virtual thread of its own, one of them at a time.
 */
final class Builder {

  private static final Logger LOG = Logger.getLogger(Builder.class);
  private static final Duration SLICE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  /** In which a look whether there is something to build is done; a build is not waited for. */
  private static final Duration MOMENT = Duration.ofSeconds(1);

  private final String name;
  private final Builds builds;
  private final Building building;
  private final SameLog sameLog;
  private final Checkpoints checkpoints;
  private final Consumer<Builds.Progress> done;
  private final Runnable whole;
  private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
  private final Lock oneBuild = new ReentrantLock();

  /** Why it could not be built, as it was told last; of who has the lock. */
  private String said = "";

  private volatile boolean stopped;

  /**
   * @param done is told of a build that is complete
   * @param whole is told when there are whole read models
   */
  Builder(
      String name,
      Builds builds,
      Building building,
      SameLog sameLog,
      Checkpoints checkpoints,
      Consumer<Builds.Progress> done,
      Runnable whole) {
    this.name = name;
    this.builds = builds;
    this.building = building;
    this.sameLog = sameLog;
    this.checkpoints = checkpoints;
    this.done = done;
    this.whole = whole;
  }

  /** Builds in the background, until there is a live build. */
  void begin() {
    Thread builder = Thread.ofVirtual().name("building " + name).unstarted(this::buildAll);
    if (thread.compareAndSet(null, builder)) {
      builder.start();
    }
  }

  private void buildAll() {
    try {
      long pause = PAUSE.toMillis();
      while (!stopped && !buildSome(pause)) {
        Thread.sleep(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE.toMillis());
      }
      if (!stopped) {
        whole.run();
      }
    } catch (InterruptedException e) {
      LOG.debugf(e, "%s: building stopped", name);
    } finally {
      thread.set(null);
    }
  }

  private boolean buildSome(long pause) throws InterruptedException {
    if (!oneBuild.tryLock(SLICE.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    try {
      building.dropUnneeded();
      Optional<String> live = trusted().await().atMost(SLICE);
      return live.isPresent() ? mend(live.get()) : slice(SLICE).filter(Slice::complete).isPresent();
    } catch (RuntimeException e) {
      if (stopped) {
        return false;
      }
      LOG.logf(
          e instanceof Away || e.toString().equals(said) ? Logger.Level.DEBUG : Logger.Level.WARN,
          "%s: can't be built now (%s); again in %d ms",
          name,
          e,
          pause);
      said = e.toString();
      return false;
    } finally {
      oneBuild.unlock();
    }
  }

  /** The build that this version keeps up to date, where it is there and of the store's log. */
  Uni<Optional<String>> trusted() {
    return builds
        .live()
        .chain(
            live ->
                live.isEmpty()
                    ? Uni.createFrom().item(live)
                    : sameLog.holds(live.get()).map(same -> live.filter(_ -> same)));
  }

  /**
   * Up to where a build has every event, as far as this instance knows. What it acknowledged may
   * have gone to a Redis that is not the one in charge any more, which others are told.
   */
  Uni<Checkpoint> known(String live) {
    return builds
        .checkpoints()
        .of(live)
        .chain(
            found -> {
              Checkpoint known = checkpoints.judge(found);
              return known.equals(found)
                  ? Uni.createFrom().item(known)
                  : builds.checkpoints().retract(known).replaceWith(known);
            });
  }

  private boolean mend(String live) throws InterruptedException {
    Checkpoint known = known(live).await().atMost(SLICE);
    if (!known.whole()) {
      checkpoints.add(building.mend(known));
    }
    return true;
  }

  /** Builds nothing more. */
  void end() {
    stopped = true;
    Thread running = thread.get();
    if (running != null) {
      running.interrupt();
    }
  }

  /**
   * Builds the read models anew, beside those that are read, for a while. Blocks.
   *
   * @param limit after which it stops, to be gone on with
   * @return what it did; nothing where they are being built already, here or by another instance
   */
  Optional<Slice> rebuild(Duration limit) throws InterruptedException {
    if (!oneBuild.tryLock(MOMENT.toNanos(), TimeUnit.NANOSECONDS)) {
      return Optional.empty();
    }
    try {
      return slice(limit);
    } finally {
      oneBuild.unlock();
    }
  }

  private Optional<Slice> slice(Duration limit) throws InterruptedException {
    Optional<Slice> built = building.slice(limit);
    built.filter(Slice::complete).map(Slice::progress).ifPresent(done);
    return built;
  }
}
