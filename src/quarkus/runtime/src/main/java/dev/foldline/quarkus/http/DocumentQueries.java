package dev.foldline.quarkus.http;

import dev.foldline.core.Forbidden;
import dev.foldline.core.Invalid;
import dev.foldline.core.NotFound;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
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
import java.util.function.Predicate;
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
  private final Guards guards;
  private final FoldlineConfig.Queries limits;
  private final AtomicInteger waiting = new AtomicInteger();

  DocumentQueries(
      Views views,
      StreamFold folds,
      Consistency consistency,
      Guards guards,
      FoldlineConfig config) {
    this.views = views;
    this.folds = folds;
    this.consistency = consistency;
    this.guards = guards;
    this.limits = config.queries();
  }

  /**
   * A document that is asked for.
   *
   * @param guard whether the caller may see it
   */
  private record Asked<D>(
      Projection<D> projection, String key, Optional<HttpCall> call, Predicate<View<D>> guard) {

    /** The document, before anything is said of it. */
    Uni<Optional<View<D>>> shown(Uni<Optional<View<D>>> document) {
      return document.invoke(found -> Guards.mustShow(found, guard));
    }

    void say(String how, Optional<View<D>> found) {
      Consistency.say(call, how, found);
    }
  }

  /**
   * A document.
   *
   * @return fails with {@link Forbidden} where the caller may not see it
   * @throws IllegalArgumentException if it is to be as it was, and is no stream's
   */
  <D> Uni<Optional<View<D>>> document(Projection<D> projection, String key, AsOf asOf) {
    if (projection instanceof Projection.OfKeys<D> && !(asOf instanceof AsOf.Now)) {
      throw new IllegalArgumentException(
          "'%s' has documents of many streams: they are known only as they are now"
              .formatted(projection));
    }
    Optional<HttpCall> call = HttpCall.current();
    return found(new Asked<>(projection, key, call, guards.of(projection)), asOf)
        .invoke(
            found ->
                found.ifPresent(
                    view ->
                        call.flatMap(HttpCall::tags)
                            .ifPresent(tags -> tags.finds(view.version()))));
  }

  private <D> Uni<Optional<View<D>>> found(Asked<D> asked, AsOf asOf) {
    return switch (asOf) {
      case AsOf.Now() ->
          (switch (asked.projection()) {
                case Projection.OfStreams<D> _ -> now(asked);
                case Projection.OfKeys<D> projection ->
                    asked.shown(
                        consistency.across(
                            projection,
                            projection::reads,
                            _ -> views.document(projection, asked.key())));
              })
              .chain(view -> newer(asked, view));
      case AsOf.Revision(long revision) ->
          folded(asked, event -> event.revision() <= revision)
              .map(found -> found.filter(view -> view.version() == revision));
      case AsOf.Time(Instant time) -> folded(asked, event -> !event.time().isAfter(time));
    };
  }

  private <D> Uni<Optional<View<D>>> living(Asked<D> asked) {
    return asked.shown(views.living(asked.projection(), asked.key()));
  }

  private <D> Uni<Optional<View<D>>> folded(Asked<D> asked, Predicate<Recorded<?>> until) {
    return asked.shown(folds.fold(asked.projection(), asked.key(), until));
  }

  private <D> Uni<Optional<View<D>>> now(Asked<D> asked) {
    long seen = Consistency.seen(asked.call(), asked.key());
    if (seen < 0) {
      return living(asked).invoke(view -> asked.say("read-model", view));
    }
    return living(asked)
        .onFailure(Unavailable.class)
        .recoverWithItem(Optional.empty())
        .chain(
            view -> {
              if (revision(view) >= seen) {
                asked.say("read-model", view);
                return Uni.createFrom().item(view);
              }
              return consistency
                  .arrives(asked.projection(), asked.key(), seen)
                  .chain(
                      arrived ->
                          arrived
                              ? living(asked).invoke(later -> asked.say("waited", later))
                              : fold(asked, seen).invoke(folded -> asked.say("folded", folded)));
            });
  }

  /** Waits for a newer one, where the caller has this one and prefers to. */
  private <D> Uni<Optional<View<D>>> newer(Asked<D> asked, Optional<View<D>> now) {
    Optional<HttpCall> call = asked.call();
    Optional<View<D>> known =
        now.filter(
            view -> call.flatMap(HttpCall::tags).filter(it -> it.name(view.version())).isPresent());
    Optional<Duration> limit =
        known.flatMap(_ -> call).flatMap(it -> it.agreedWait(limits.longestWait()));
    if (limit.isEmpty()) {
      return Uni.createFrom().item(now);
    }
    View<D> view = known.get();
    return arrives(() -> views.awaitNewer(asked.projection(), view, limit.get()))
        .chain(
            arrived ->
                arrived
                    ? living(asked).invoke(later -> sayNewer(asked, later))
                    : Uni.createFrom().item(now));
  }

  /** A document that events name has no token: it stands for many streams. */
  private static <D> void sayNewer(Asked<D> asked, Optional<View<D>> later) {
    if (asked.projection() instanceof Projection.OfStreams<D>) {
      asked.say("read-model", later);
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
   * A stream's document as it is, or newer than the read model has it, without a wait, whoever
   * asks.
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

  private <D> Uni<Optional<View<D>>> fold(Asked<D> asked, long seen) {
    return folded(asked, _ -> true)
        .invoke(
            view -> {
              if (view.isPresent() && revision(view) < seen) {
                throw new Invalid(
                    ConsistencyToken.HEADER,
                    ConsistencyToken.HEADER
                        + " is ahead of "
                        + asked.key()
                        + ": it is of another store");
              }
            });
  }

  private static long revision(Optional<? extends View<?>> view) {
    return view.map(View::version).orElse(-1L);
  }
}
