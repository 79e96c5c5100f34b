package dev.foldline.readmodels;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.subscriptions.Scan;
import dev.foldline.readmodels.Surveys.Survey;
import dev.foldline.redis.Applied;
import dev.foldline.redis.Fence;
import dev.foldline.redis.Order;
import dev.foldline.redis.Poisons.Poisoned;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Applies the parked events of a stream, from the stream, or from the log where that does not give
 * them any more. Safe for use by many threads.
 */
public final class Replays<D> {

  /** How many events are read at once, at most. */
  static final int PAGE = 500;

  private final EventStore store;
  private final Applier.Factory<D> appliers;

  /** How far the log was read by what was cut off, by stream. */
  private final Map<String, Reached> reached = new ConcurrentHashMap<>();

  Replays(EventStore store, Applier.Factory<D> appliers) {
    this.store = store;
    this.appliers = appliers;
  }

  /** Applies what a stream has behind its fence. */
  Uni<Long> release(Survey<D> survey, String stream, int perSecond, long deadline) {
    return survey
        .applier()
        .applied(List.of(stream))
        .map(applied -> Surveys.fence(applied, stream))
        .chain(
            fence ->
                System.nanoTime() > deadline
                    ? Uni.createFrom().item(0L)
                    : release(survey, stream, fence, perSecond, deadline));
  }

  private Uni<Long> release(
      Survey<D> survey, String stream, Fence fence, int perSecond, long deadline) {
    int page = Math.min(perSecond, PAGE);
    return appliers
        .readable(stream, fence.revision() + 1, page)
        .chain(
            events ->
                events.isEmpty() || events.getFirst().revision() > fence.revision() + 1
                    ? releaseFromLog(survey, stream, fence, perSecond, deadline)
                    : survey
                        .applier()
                        .apply(events, Order.DELIVERED)
                        .onItem()
                        .delayIt()
                        .by(pause(events, perSecond))
                        .chain(
                            outcome ->
                                outcome.applied() < page
                                    ? Uni.createFrom().item((long) outcome.applied())
                                    : release(survey, stream, perSecond, deadline)
                                        .map(more -> more + outcome.applied())));
  }

  private static Duration pause(List<?> events, int perSecond) {
    return Duration.ofMillis(1 + 1_000L * events.size() / perSecond);
  }

  /** The log has what a deleted stream does not give any more, until the store is scavenged. */
  private Uni<Long> releaseFromLog(
      Survey<D> survey, String stream, Fence fence, int perSecond, long deadline) {
    if (fence.revision() >= survey.last(stream)) {
      return Uni.createFrom().item(0L);
    }
    Optional<Poisoned> held = survey.holds(stream);
    return before(survey.applier(), fence, stream, held)
        .chain(
            position ->
                Uni.createFrom()
                    .item(
                        () -> scan(survey.applier(), stream, fence, position, perSecond, deadline))
                    .runSubscriptionOn(Thread::startVirtualThread))
        .call(
            scanned ->
                scanned.complete()
                    ? survey.applier().poisons().remove(held.stream().toList())
                    : Uni.createFrom().voidItem())
        .map(Scanned::applied);
  }

  /** Behind which position everything of a stream is that is not applied. */
  private Uni<Long> before(
      Applier<D> applier, Fence fence, String stream, Optional<Poisoned> held) {
    Reached before = reached.get(stream);
    if (before != null && before.build().equals(applier.build()) && before.isOf(fence)) {
      return Uni.createFrom().item(before.position());
    }
    return held.filter(poison -> poison.position() >= 0)
        .filter(poison -> poison.revision() == fence.revision() + 1 || fence.isNowhere())
        .map(poison -> store.before(poison.position(), 1))
        .map(found -> found.map(event -> event.isEmpty() ? -1 : event.getFirst().position()))
        .orElseGet(() -> Uni.createFrom().item(fence.position()));
  }

  /**
   * How far the log was read for a stream, behind its fence.
   *
   * @param revision of the fence
   */
  private record Reached(String build, long revision, long position) {

    boolean isOf(Fence fence) {
      return revision == fence.revision();
    }
  }

  /**
   * What was found of a stream.
   *
   * @param complete whether all that the log has of it is applied
   */
  private record Scanned(long applied, boolean complete) {}

  private Scanned scan(
      Applier<D> applier, String stream, Fence fence, long after, int perSecond, long deadline) {
    long applied = 0;
    long last = fence.revision();
    try (Scan scan = Scan.ofStream(store, stream, after)) {
      while (!scan.ended() && System.nanoTime() < deadline) {
        List<Recorded<StoredEvent>> events = scan.next(Math.min(perSecond, PAGE));
        if (!events.isEmpty()) {
          Applied outcome = applier.apply(events, Order.FROM_FENCE).await().atMost(store.timeout());
          applied += outcome.applied();
          if (!outcome.poisoned().isEmpty()) {
            reached.remove(stream);
            return new Scanned(applied, false);
          }
          last = events.getLast().revision();
          Thread.sleep(pause(events, perSecond));
        }
      }
      if (scan.ended()) {
        reached.remove(stream);
      } else {
        reached.put(stream, new Reached(applier.build(), last, scan.position()));
      }
      return new Scanned(applied, scan.ended());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Scanned(applied, false);
    }
  }
}
