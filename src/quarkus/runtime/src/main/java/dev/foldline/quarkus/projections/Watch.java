package dev.foldline.quarkus.projections;

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

  private final Projection<?, ?> projection;
  private final Builds builds;
  private final Versions versions;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile Set<Integer> absent = Set.of();
  private volatile String left = "";
  private volatile Set<String> policies = Set.of();
  private int looks;

  /**
   * @param patience how many looks another version may miss before it counts as left
   */
  Watch(ReadModels models, Projection<?, ?> projection, Builds builds, int patience) {
    this.projection = projection;
    this.builds = builds;
    this.versions = new Versions(models, projection, patience);
  }

  /** Says once where there is something that this build does not read. */
  void begin() {
    builds
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
    versions
        .beat()
        .call(found -> removeUnneeded(found.absent()))
        .call(found -> takeOver(found, live))
        .call(() -> looks++ % SELDOM == 0 ? lookForEviction(live) : Uni.createFrom().voidItem())
        .onTermination()
        .invoke(() -> looking.set(false))
        .subscribe()
        .with(_ -> {}, failure -> LOG.debugf(failure, "%s: not watched", projection.name()));
  }

  private Uni<Void> removeUnneeded(Set<Integer> now) {
    if (now.equals(absent)) {
      return Uni.createFrom().voidItem();
    }
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

  private Uni<Void> takeOver(Versions.Found found, Optional<Checkpoint> live) {
    String now = found.isActiveLeft() ? found.active() : "";
    if (!now.equals(left) && !now.isEmpty()) {
      LOG.warnf("%s: queries read build %s, which nobody keeps up to date", projection.name(), now);
    }
    left = now;
    if (now.isEmpty() || live.isEmpty()) {
      return Uni.createFrom().voidItem();
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
            })
        .replaceWithVoid();
  }

  private Uni<Void> lookForEviction(Optional<Checkpoint> live) {
    return live.map(
            checkpoint ->
                builds.evictionPolicies(checkpoint.build()).invoke(this::tell).replaceWithVoid())
        .orElseGet(() -> Uni.createFrom().voidItem());
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
