package dev.foldline.quarkus.http;

import dev.foldline.core.Invalid;
import dev.foldline.core.NotFound;
import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.events.StreamFold;
import dev.foldline.quarkus.FoldlineConfig;
import dev.foldline.redis.Views;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * One document: from Redis as it is, or a stream's folded from it; on request, not before it is
 * newer than the one that the caller has.
 */
@Singleton
final class DocumentQueries {

  private final Views views;
  private final StreamFold folds;
  private final Consistency consistency;
  private final FoldlineConfig.Queries limits;
  private final AtomicInteger waiting = new AtomicInteger();

  DocumentQueries(Views views, StreamFold folds, Consistency consistency, FoldlineConfig config) {
    this.views = views;
    this.folds = folds;
    this.consistency = consistency;
    this.limits = config.queries();
  }

  /**
   * A document.
   *
   * @throws IllegalArgumentException if it is to be as it was, and is no stream's
   */
  <D> Uni<Optional<View<D>>> document(Projection<D> projection, String key, AsOf asOf) {
    if (projection instanceof Projection.OfKeys<D> && !(asOf instanceof AsOf.Now)) {
      throw new IllegalArgumentException(
          "'%s' has documents of many streams: they are known only as they are now"
              .formatted(projection));
    }
    Optional<HttpCall> call = HttpCall.current();
    return found(projection, key, asOf, call)
        .invoke(
            found ->
                found.ifPresent(
                    view ->
                        call.flatMap(HttpCall::tags)
                            .ifPresent(tags -> tags.finds(view.version()))));
  }

  private <D> Uni<Optional<View<D>>> found(
      Projection<D> projection, String key, AsOf asOf, Optional<HttpCall> call) {
    return switch (asOf) {
      case AsOf.Now() ->
          (switch (projection) {
                case Projection.OfStreams<D> _ -> now(projection, key, call);
                case Projection.OfKeys<D> _ ->
                    consistency.across(
                        projection, projection::reads, _ -> views.document(projection, key));
              })
              .chain(view -> newer(projection, view, call));
      case AsOf.Revision(long revision) ->
          folds
              .fold(projection, key, event -> event.revision() <= revision)
              .map(found -> found.filter(view -> view.version() == revision));
      case AsOf.Time(Instant time) ->
          folds.fold(projection, key, event -> !event.time().isAfter(time));
    };
  }

  private <D> Uni<Optional<View<D>>> now(
      Projection<D> projection, String stream, Optional<HttpCall> call) {
    long seen = Consistency.seen(call, stream);
    Uni<Optional<View<D>>> read = views.living(projection, stream);
    if (seen < 0) {
      return read.invoke(view -> Consistency.say(call, "read-model", view));
    }
    return read.onFailure(Unavailable.class)
        .recoverWithItem(Optional.empty())
        .chain(
            view -> {
              if (revision(view) >= seen) {
                Consistency.say(call, "read-model", view);
                return Uni.createFrom().item(view);
              }
              return consistency
                  .arrives(projection, stream, seen)
                  .chain(
                      arrived ->
                          arrived
                              ? views
                                  .living(projection, stream)
                                  .invoke(later -> Consistency.say(call, "waited", later))
                              : fold(projection, stream, seen)
                                  .invoke(folded -> Consistency.say(call, "folded", folded)));
            });
  }

  /** Waits for a newer one, where the caller has this one and prefers to. */
  private <D> Uni<Optional<View<D>>> newer(
      Projection<D> projection, Optional<View<D>> now, Optional<HttpCall> call) {
    Optional<View<D>> known =
        now.filter(
            view -> call.flatMap(HttpCall::tags).filter(it -> it.name(view.version())).isPresent());
    Optional<Duration> limit =
        known.flatMap(_ -> call).flatMap(it -> it.agreedWait(limits.longestWait()));
    if (limit.isEmpty()) {
      return Uni.createFrom().item(now);
    }
    View<D> view = known.get();
    return arrives(() -> views.awaitNewer(projection, view, limit.get()))
        .chain(
            arrived ->
                arrived
                    ? views
                        .living(projection, view.key())
                        .invoke(later -> sayNewer(projection, later, call))
                    : Uni.createFrom().item(now));
  }

  /** A document that events name has no token: it stands for many streams. */
  private static <D> void sayNewer(
      Projection<D> projection, Optional<View<D>> later, Optional<HttpCall> call) {
    if (projection instanceof Projection.OfStreams<D>) {
      Consistency.say(call, "read-model", later);
    }
  }

  /**
   * Waits until a stream's document has come to a revision.
   *
   * @return whether it has; fails with {@link Unavailable} where too many wait already
   */
  Uni<Boolean> arrives(Projection<?> projection, String stream, long revision, Duration limit) {
    return arrives(() -> views.await(projection, stream, revision, limit));
  }

  private Uni<Boolean> arrives(Supplier<Uni<Boolean>> wait) {
    return Uni.createFrom()
        .deferred(
            () -> {
              if (waiting.incrementAndGet() > limits.waiting()) {
                waiting.decrementAndGet();
                return Uni.createFrom()
                    .failure(new Unavailable("overloaded", "too many queries wait already"));
              }
              return wait.get().onTermination().invoke(waiting::decrementAndGet);
            });
  }

  /**
   * A stream's document as it is, or newer than the read model has it, without a wait.
   *
   * @param seen the revision that it is to have come to
   */
  <D> Uni<Optional<View<D>>> current(Projection<D> projection, String stream, long seen) {
    return views
        .living(projection, stream)
        .onFailure(Unavailable.class)
        .recoverWithItem(Optional.empty())
        .chain(
            view ->
                view.isPresent() && revision(view) >= seen
                    ? Uni.createFrom().item(view)
                    : folds.fold(projection, stream, _ -> true))
        .onFailure(NotFound.class)
        .recoverWithItem(Optional.empty());
  }

  private <D> Uni<Optional<View<D>>> fold(Projection<D> projection, String stream, long seen) {
    return folds
        .fold(projection, stream, _ -> true)
        .invoke(
            view -> {
              if (view.isPresent() && revision(view) < seen) {
                throw new Invalid(
                    ConsistencyToken.HEADER,
                    ConsistencyToken.HEADER
                        + " is ahead of "
                        + stream
                        + ": it is of another store");
              }
            });
  }

  private static long revision(Optional<? extends View<?>> view) {
    return view.map(View::version).orElse(-1L);
  }
}
