package dev.foldline.quarkus.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.foldline.core.Category;
import dev.foldline.core.Invalid;
import dev.foldline.core.NotFound;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.StreamFold;
import dev.foldline.quarkus.Constants;
import dev.foldline.quarkus.FoldlineConfig;
import dev.foldline.redis.Views;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Answers queries: from read models, and from the streams themselves.
 *
 * <p>A call with {@code Consistency-Token: account-a-1@7} is answered from a state with that event
 * in it: at once, or when the read model has come so far, or else, for a document, by folding the
 * stream. The answer's header {@code Consistency} says which: {@code read-model}, {@code waited} or
 * {@code folded}. What is made of many streams, documents that events name among it, can't be
 * folded: it is {@link Unavailable} while the read model is behind. A token of another category
 * says nothing about it. What a document was once, and a stream's trail, come from the stream,
 * whatever the token.
 *
 * <p>All fail with {@link Unavailable} where Redis or the event store is away, or a read model is
 * being built. Call it on the thread that the function was called on.
 */
@Singleton
public final class Queries {

  static final String CONSISTENCY = "Consistency";

  private final Views views;
  private final StreamFold folds;
  private final Streams streams;
  private final EventStore store;
  private final Constants constants;
  private final Duration wait;

  Queries(
      Views views,
      StreamFold folds,
      Streams streams,
      EventStore store,
      Constants constants,
      FoldlineConfig config) {
    this.views = views;
    this.folds = folds;
    this.streams = streams;
    this.store = store;
    this.constants = constants;
    this.wait = config.queries().waitLimit();
  }

  /**
   * A document as it is now. The answer's {@code ETag} is its version; that of a stream's document
   * has a token of its own, too.
   *
   * @param id of the aggregate, or the key that events name
   * @return none where there is no such stream, or none any more, or no event names the key
   */
  public <D> Uni<Optional<View<D>>> document(Projection<D> projection, String id) {
    return document(projection, id, new AsOf.Now());
  }

  /**
   * A document as it is, as above, or as a stream's was, folded from the stream.
   *
   * @param id of the aggregate
   * @return none where there was none then
   * @throws IllegalArgumentException if it is to be as it was, and is no stream's
   */
  public <D> Uni<Optional<View<D>>> document(Projection<D> projection, String id, AsOf asOf) {
    constants.require(projection);
    String key = projection.keyOfId(id);
    if (projection instanceof Projection.OfKeys<D> && !(asOf instanceof AsOf.Now)) {
      throw new IllegalArgumentException(
          "'"
              + projection
              + "' has documents of many streams: they are known only as they are now");
    }
    return switch (asOf) {
      case AsOf.Now() ->
          switch (projection) {
            case Projection.OfStreams<D> _ -> now(projection, key);
            case Projection.OfKeys<D> _ -> named(projection, key);
          };
      case AsOf.Revision(long revision) ->
          folds
              .fold(projection, key, event -> event.revision() <= revision)
              .map(found -> found.filter(view -> view.version() == revision));
      case AsOf.Time(Instant time) ->
          folds.fold(projection, key, event -> !event.time().isAfter(time));
    };
  }

  private <D> Uni<Optional<View<D>>> named(Projection<D> projection, String key) {
    Optional<HttpCall> call = HttpCall.current();
    return crossing(projection, () -> views.document(projection, key))
        .invoke(view -> tag(call, view));
  }

  private <D> Uni<Optional<View<D>>> now(Projection<D> projection, String stream) {
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
                    ? Uni.createFrom().item(view).invoke(it -> say(call, "read-model", it))
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

  /**
   * An event as it is stored.
   *
   * @param type its stored name
   * @param data its JSON
   */
  public record Entry(long revision, String type, @JsonRawValue String data, Instant time) {

    private static Entry of(Recorded<StoredEvent> recorded) {
      StoredEvent event = recorded.event();
      String data = new String(event.data(), StandardCharsets.UTF_8);
      return new Entry(recorded.revision(), event.type(), data, recorded.time());
    }
  }

  /**
   * The events of a stream, in their order.
   *
   * @param id of the aggregate
   * @param from the first revision
   * @param limit how many at most, from 1
   * @return the events; none where the stream ends before. Fails with {@link NotFound} if there is
   *     no such stream
   */
  public Uni<List<Entry>> trail(Category<?> category, String id, long from, int limit) {
    String stream = category.stream(id);
    return store
        .remaining(stream, from, limit)
        .call(events -> events.isEmpty() ? mustExist(stream, category) : done())
        .map(events -> events.stream().map(Entry::of).toList());
  }

  private Uni<Void> mustExist(String stream, Category<?> category) {
    return store
        .exists(stream)
        .chain(
            exists ->
                exists
                    ? done()
                    : Uni.createFrom().failure(new NotFound("there is no such " + category)));
  }

  private static Uni<Void> done() {
    return Uni.createFrom().voidItem();
  }

  /**
   * The sums of a view, as a record of yours: a sum is found by the name of its component, and is 0
   * where nothing was added to it.
   *
   * @param view which sums
   * @param type a record of {@link BigInteger}s and {@code long}s; a sum that is too large for its
   *     {@code long} is an {@link ArithmeticException}
   */
  public <T extends Record> Uni<T> totals(Projection<?> projection, String view, Class<T> type) {
    return crossing(projection, () -> views.totals(projection, view))
        .map(sums -> Totals.of(type, sums));
  }

  /** The first of a ranking, see {@link Views#top}. */
  public Uni<List<Views.Ranked>> top(Projection<?> projection, String view, int limit) {
    return crossing(projection, () -> views.top(projection, view, limit));
  }

  /** A stream's document and what it adds to shared views change in one step. */
  private <T> Uni<T> crossing(Projection<?> projection, Supplier<Uni<T>> query) {
    constants.require(projection);
    Optional<HttpCall> call = HttpCall.current();
    Optional<ConsistencyToken> seen = token(call).filter(token -> projection.reads(token.stream()));
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
                  .chain(arrived -> arrived ? done() : mustBeGone(streams, token))
                  .chain(
                      () -> {
                        call.ifPresent(it -> it.answer(CONSISTENCY, "waited"));
                        return query.get();
                      });
            });
  }

  /** A stream that was deleted, for good or not, may never come into a read model. */
  static Uni<Void> mustBeGone(Streams streams, ConsistencyToken token) {
    return Uni.createFrom()
        .completionStage(() -> streams.read(token.stream(), 0, 1))
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
  private Uni<Boolean> arrives(Projection<?> projection, String stream, long revision) {
    return views
        .await(projection, stream, revision, wait)
        .onFailure(Unavailable.class)
        .recoverWithItem(false);
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

  private static Optional<ConsistencyToken> token(Optional<HttpCall> call) {
    return call.flatMap(it -> it.header(ConsistencyToken.HEADER)).map(ConsistencyToken::parse);
  }

  private static long revision(Optional<? extends View<?>> view) {
    return view.map(View::version).orElse(-1L);
  }

  private static void tag(Optional<HttpCall> call, Optional<? extends View<?>> view) {
    view.ifPresent(found -> call.ifPresent(it -> it.answer("ETag", "\"" + found.version() + "\"")));
  }

  private static void say(
      Optional<HttpCall> call, String consistency, Optional<? extends View<?>> view) {
    call.ifPresent(it -> it.answer(CONSISTENCY, consistency));
    tag(call, view);
    view.ifPresent(
        found -> {
          Optional<ConsistencyToken> token = ConsistencyToken.of(found.key(), found.version());
          call.ifPresent(
              it -> token.ifPresent(its -> it.answer(ConsistencyToken.HEADER, its.toString())));
        });
  }
}
