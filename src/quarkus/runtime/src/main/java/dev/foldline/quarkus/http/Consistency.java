package dev.foldline.quarkus.http;

import dev.foldline.core.Invalid;
import dev.foldline.core.NotFound;
import dev.foldline.core.Projection;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.quarkus.FoldlineConfig;
import dev.foldline.redis.Views;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** Sees to it that no answer is from before what its caller has seen, and says how. */
@Singleton
final class Consistency {

  static final String HEADER = "Consistency";

  private final Views views;
  private final Streams streams;
  private final Duration wait;

  Consistency(Views views, Streams streams, FoldlineConfig config) {
    this.views = views;
    this.streams = streams;
    this.wait = config.queries().waitLimit();
  }

  /**
   * What the caller has seen of a stream, −1 for nothing.
   *
   * @throws Invalid if the call has a token that is none
   */
  static long seen(Optional<HttpCall> call, String stream) {
    return token(call)
        .filter(token -> token.stream().equals(stream))
        .map(ConsistencyToken::revision)
        .orElse(-1L);
  }

  private static Optional<ConsistencyToken> token(Optional<HttpCall> call) {
    return call.flatMap(it -> it.header(ConsistencyToken.HEADER)).map(ConsistencyToken::parse);
  }

  /** Says how a document was come by, and gives the answer a token of its own. */
  static void say(Optional<HttpCall> call, String how, Optional<? extends View<?>> view) {
    say(call, how);
    view.flatMap(found -> ConsistencyToken.of(found.key(), found.version()))
        .ifPresent(
            token -> call.ifPresent(it -> it.answer(ConsistencyToken.HEADER, token.toString())));
  }

  private static void say(Optional<HttpCall> call, String how) {
    call.ifPresent(it -> it.answer(HEADER, how));
  }

  /**
   * Whether a document comes to a revision in time; without Redis it does not.
   *
   * @param stream the document's
   */
  Uni<Boolean> arrives(Projection<?> projection, String stream, long revision) {
    return views
        .await(projection, stream, revision, wait)
        .onFailure(Unavailable.class)
        .recoverWithItem(false);
  }

  /**
   * Asks for what is not one document. A stream's document and what it adds to shared views change
   * in one step, so waiting for the one is waiting for the other.
   *
   * @param concerns whether a stream of the token's is among those that are asked for
   * @param query is told the stream of the token's, if it concerns it and is there
   */
  <T> Uni<T> across(
      Projection<?> projection,
      Predicate<String> concerns,
      Function<Optional<String>, Uni<T>> query) {
    Optional<HttpCall> call = HttpCall.current();
    Optional<ConsistencyToken> seen = token(call).filter(it -> concerns.test(it.stream()));
    if (seen.isEmpty()) {
      say(call, "read-model");
      return query.apply(Optional.empty());
    }
    ConsistencyToken token = seen.get();
    Optional<String> stream = Optional.of(token.stream());
    return views
        .revision(projection, token.stream())
        .chain(
            revision -> {
              if (revision >= token.revision()) {
                say(call, "read-model");
                return query.apply(stream);
              }
              return views
                  .await(projection, token.stream(), token.revision(), wait)
                  .chain(
                      arrived -> arrived ? Uni.createFrom().voidItem() : mustBeGone(streams, token))
                  .invoke(() -> say(call, "waited"))
                  .chain(() -> query.apply(stream));
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
}
