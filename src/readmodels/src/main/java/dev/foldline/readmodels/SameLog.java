package dev.foldline.readmodels;

import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.redis.Builds;
import dev.foldline.redis.Landmark;
import io.smallrye.mutiny.Uni;
import java.util.function.Function;

/**
 * Finds out whether the store still has the log that a build was made from. One that was restored
 * from a backup has another, in which revisions and positions mean other events.
 */
final class SameLog {

  private final EventStore store;
  private final Builds builds;
  private final Function<String, Applier<?>> appliers;

  /**
   * @param appliers makes the applier of a build
   */
  SameLog(EventStore store, Builds builds, Function<String, Applier<?>> appliers) {
    this.store = store;
    this.builds = builds;
    this.appliers = appliers;
  }

  /** Whether a build can be trusted; one that can't counts as lost from then on. */
  Uni<Boolean> holds(String build) {
    return builds
        .landmark(build)
        .chain(
            known ->
                known.isEmpty()
                    ? Uni.createFrom().item(true)
                    : has(known.get()).call(same -> same ? nothing() : lose(build, known.get())));
  }

  /** Another event at its position, none, or no such position in the log: it is another log. */
  private Uni<Boolean> has(Landmark known) {
    return store
        .at(known.position())
        .map(found -> found.filter(known::is).isPresent())
        .onFailure(failure -> !(failure instanceof Unavailable))
        .recoverWithItem(false);
  }

  private Uni<Void> lose(String build, Landmark known) {
    return appliers
        .apply(build)
        .distrust(
            "event %d of %s is not at position %d any more"
                .formatted(known.revision(), known.stream(), known.position()));
  }

  private static Uni<Void> nothing() {
    return Uni.createFrom().voidItem();
  }
}
