package dev.foldline.readmodels;

import dev.foldline.core.Projection;
import dev.foldline.redis.Builds;
import dev.foldline.redis.Checkpoint;
import dev.foldline.redis.ReadModels;
import dev.foldline.redis.Versions;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Watches what becomes of the builds of a projection: which versions are run, so that queries read
 * what somebody keeps up to date, and what nobody needs is removed; and whether Redis may evict
 * what is in them. Safe for use by many threads.
 */
final class Watch {

  private static final Logger LOG = Logger.getLogger(Watch.class);

  /** Between two looks whether Redis may evict. */
  private static final int SELDOM = 5;

  private final Projection<?> projection;
  private final Builds builds;
  private final Versions versions;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile Set<Integer> absent = Set.of();
  private volatile String left = "";
  private volatile Set<String> policies = Set.of();
  private int looksUntilEviction;

  /**
   * @param patience how many looks another version may miss before it counts as left
   */
  Watch(ReadModels models, Projection<?> projection, Builds builds, int patience) {
    this.projection = projection;
    this.builds = builds;
    this.versions = new Versions(models, projection, patience);
  }

  /** Says once where there is something that this build does not read. */
  void begin() {
    builds
        .inspection()
        .isThereAnEarlierForm()
        .subscribe()
        .with(
            there -> {
              if (there) {
                LOG.warnf(
                    "%s: there are read models in the form of an earlier build, under foldline:{%s*;"
                        + " they are not read, and may be removed",
                    projection.name(), projection.name());
              }
            },
            failure -> LOG.debugf(failure, "%s: earlier read models not known", projection.name()));
  }

  /**
   * Looks once; nothing happens while it still does.
   *
   * @param live the build that this version keeps up to date, if it is up to date
   */
  void look(Optional<Checkpoint> live) {
    if (!looking.compareAndSet(false, true)) {
      return;
    }
    Uni.join()
        .all(lookForEviction(), versions.beat().chain(found -> follow(found, live)))
        .andCollectFailures()
        .onTermination()
        .invoke(() -> looking.set(false))
        .subscribe()
        .with(_ -> {}, failure -> LOG.debugf(failure, "%s: not watched", projection.name()));
  }

  private Uni<Void> follow(Versions.Found found, Optional<Checkpoint> live) {
    return takeOver(found, live)
        .chain(
            done ->
                done || !found.absent().equals(absent)
                    ? removeUnneeded(found.absent())
                    : Uni.createFrom().voidItem());
  }

  private Uni<Void> removeUnneeded(Set<Integer> now) {
    return builds
        .unneeded(now)
        .onItem()
        .transformToMulti(found -> Multi.createFrom().iterable(found))
        .onItem()
        .transformToUniAndConcatenate(builds::drop)
        .collect()
        .last()
        .invoke(() -> absent = now)
        .replaceWithVoid();
  }

  private Uni<Boolean> takeOver(Versions.Found found, Optional<Checkpoint> live) {
    String now = found.isActiveLeft() ? found.active() : "";
    if (!now.equals(left) && !now.isEmpty()) {
      LOG.warnf("%s: queries read build %s, which nobody keeps up to date", projection.name(), now);
    }
    left = now;
    if (now.isEmpty() || live.isEmpty()) {
      return Uni.createFrom().item(false);
    }
    String build = live.get().build();
    return versions
        .takeOver(found, build)
        .invoke(
            done -> {
              if (done) {
                left = "";
                LOG.warnf("%s: queries read build %s instead", projection.name(), build);
              }
            });
  }

  /** Again and again until there is an answer, and then seldom. */
  private Uni<Void> lookForEviction() {
    if (looksUntilEviction > 0) {
      looksUntilEviction--;
      return Uni.createFrom().voidItem();
    }
    return builds
        .inspection()
        .evictionPolicies()
        .invoke(this::tell)
        .invoke(() -> looksUntilEviction = SELDOM - 1)
        .replaceWithVoid();
  }

  private void tell(Set<String> now) {
    if (!now.equals(policies)) {
      policies = now;
      if (isEvicted()) {
        LOG.errorf("%s: %s", projection.name(), eviction());
      } else if (!now.isEmpty()) {
        LOG.warnf(
            "%s: Redis evicts by %s: only snapshots and other keys with an expiry, of those here",
            projection.name(), now);
      }
    }
  }

  /** Whether Redis may evict read models. */
  boolean isEvicted() {
    return policies.stream().anyMatch(policy -> policy.startsWith("allkeys-"));
  }

  private String eviction() {
    return "Redis may evict read models, by its maxmemory-policy " + String.join(", ", policies);
  }

  /** What is wrong, for people; empty if nothing is. */
  String describe() {
    return (isEvicted() ? "; " + eviction() : "")
        + (left.isEmpty()
            ? ""
            : "; queries read build " + left + ", which nobody keeps up to date");
  }
}
