package dev.foldline.quarkus.http;

import dev.foldline.core.Invalid;
import dev.foldline.core.NotFound;
import dev.foldline.core.Projection;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.StreamFold;
import dev.foldline.eventstoredb.Streams;
import dev.foldline.quarkus.FoldlineConfig;
import dev.foldline.redis.Views;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Queries of read models that never answer from an older state than their caller has seen.
 *
 * <p>A call with {@code Consistency-Token: account-a-1@7} is answered from a state with that event
 * in it: at once, or when the read model has come so far, or else, for a document, by folding the
 * stream. The answer's header {@code Consistency} says which: {@code read-model}, {@code waited} or
 * {@code folded}. Views that cross streams can't be folded: they are {@link Unavailable} while the
 * read model is behind. A token of another category says nothing about a view. Call it on the
 * thread that the function was called on.
 */
@Singleton
public final class ConsistentViews {

  static final String CONSISTENCY = "Consistency";

  private final Views views;
  private final StreamFold folds;
  private final Streams streams;
  private final Duration wait;

  ConsistentViews(Views views, StreamFold folds, Streams streams, FoldlineConfig config) {
    this.views = views;
    this.folds = folds;
    this.streams = streams;
    this.wait = config.queries().waitLimit();
  }

  /**
   * A stream's document, and in the answer a token of its own.
   *
   * @return none where there is no such stream, or none any more
   */
  public <D> Uni<Optional<View<D>>> document(Projection<D, ?> projection, String stream) {
    Optional<HttpCall> call = HttpCall.current();
    long seen =
        token(call).filter(it -> it.stream().equals(stream)).map(it -> it.revision()).orElse(-1L);
    Uni<Optional<View<D>>> found = views.living(projection, stream);
    if (seen < 0) {
      return found.invoke(view -> say(call, "read-model", view));
    }
    return found
        .onFailure(Unavailable.class)
        .recoverWithItem(Optional.empty())
        .chain(
            view ->
                revision(view) >= seen
                    ? said(call, "read-model", view)
                    : arrives(projection, stream, seen)
                        .chain(
                            arrived ->
                                arrived
                                    ? views
                                        .living(projection, stream)
                                        .invoke(later -> say(call, "waited", later))
                                    : fold(projection, stream, seen)
                                        .invoke(folded -> say(call, "folded", folded))));
  }

  /** The sums of a view, see {@link Views#totals}. */
  public Uni<Map<String, BigInteger>> totals(Projection<?, ?> projection, String view) {
    return crossing(projection, () -> views.totals(projection, view));
  }

  /** The first of a ranking, see {@link Views#top}. */
  public Uni<List<Views.Ranked>> top(Projection<?, ?> projection, String view, int limit) {
    return crossing(projection, () -> views.top(projection, view, limit));
  }

  /** A stream's document and what it adds to shared views change in one step. */
  private <T> Uni<T> crossing(Projection<?, ?> projection, Supplier<Uni<T>> query) {
    Optional<HttpCall> call = HttpCall.current();
    Optional<ConsistencyToken> seen =
        token(call).filter(token -> token.stream().startsWith(projection.category() + "-"));
    if (seen.isEmpty()) {
      call.ifPresent(it -> it.answer(CONSISTENCY, "read-model"));
      return query.get();
    }
    ConsistencyToken token = seen.get();
    return views
        .revision(projection, token.stream())
        .chain(
            revision -> {
              if (revision >= token.revision()) {
                call.ifPresent(it -> it.answer(CONSISTENCY, "read-model"));
                return query.get();
              }
              return views
                  .await(projection, token.stream(), token.revision(), wait)
                  .chain(
                      arrived -> arrived ? Uni.createFrom().voidItem() : mustBeGone(streams, token))
                  .chain(
                      () -> {
                        call.ifPresent(it -> it.answer(CONSISTENCY, "waited"));
                        return query.get();
                      });
            });
  }

  /** A stream that was deleted, for good or not, may never come into a read model. */
  static Uni<Void> mustBeGone(Streams streams, ConsistencyToken token) {
    return streams
        .read(token.stream(), 0, 1)
        .<Void>map(
            events -> {
              if (!events.isEmpty()) {
                throw new Unavailable(
                    "read-model-behind", "the view has not come to " + token + " yet");
              }
              return null;
            })
        .onFailure(NotFound.class)
        .recoverWithNull();
  }

  /** Without Redis the document does not arrive. */
  private Uni<Boolean> arrives(Projection<?, ?> projection, String stream, long revision) {
    return views
        .await(projection, stream, revision, wait)
        .onFailure(Unavailable.class)
        .recoverWithItem(false);
  }

  private <D> Uni<Optional<View<D>>> fold(Projection<D, ?> projection, String stream, long seen) {
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

  private static Optional<ConsistencyToken> token(Optional<HttpCall> call) {
    return call.flatMap(it -> it.header(ConsistencyToken.HEADER)).map(ConsistencyToken::parse);
  }

  private static long revision(Optional<? extends View<?>> view) {
    return view.map(View::revision).orElse(-1L);
  }

  private static <T extends Optional<? extends View<?>>> Uni<T> said(
      Optional<HttpCall> call, String consistency, T view) {
    say(call, consistency, view);
    return Uni.createFrom().item(view);
  }

  private static void say(
      Optional<HttpCall> call, String consistency, Optional<? extends View<?>> view) {
    call.ifPresent(it -> it.answer(CONSISTENCY, consistency));
    view.ifPresent(
        found -> {
          Optional<ConsistencyToken> token = ConsistencyToken.of(found.stream(), found.revision());
          call.ifPresent(
              it -> token.ifPresent(its -> it.answer(ConsistencyToken.HEADER, its.toString())));
        });
  }
}
