package dev.foldline.eventstoredb.events;

import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.connection.CallersContext;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Answers a query from the stream itself: what a projection's document was at some time. */
public final class StreamFold {

  private static final int PAGE = 500;

  private final Streams streams;
  private final EventCodec codec;
  private final DiscardedEvents discarded;
  private final Duration timeout;

  /**
   * @param discarded what projections do without, here as in their read models
   * @param timeout of a fold, however long its stream is
   */
  public StreamFold(
      Streams streams, EventCodec codec, DiscardedEvents discarded, Duration timeout) {
    this.streams = streams;
    this.codec = codec;
    this.discarded = discarded;
    this.timeout = timeout;
  }

  /**
   * Folds a stream from its beginning.
   *
   * @param upTo whether an event is still to be counted; the fold ends before the first that is not
   * @return the document and where it stands, on the caller's Vert.x context if it has one; empty
   *     if no event made one. Fails with {@link Unavailable} where it takes too long, with {@link
   *     dev.foldline.core.Truncated} where the first events are gone
   */
  public <D> Uni<Optional<View<D>>> fold(
      Projection<D> projection, String stream, Predicate<Recorded<?>> upTo) {
    return discarded
        .of(projection)
        .chain(without -> fold(new Counted<>(projection, upTo, without), stream, -1, null))
        .ifNoItem()
        .after(timeout)
        .failWith(() -> new Unavailable(stream + " was not folded in time"))
        .emitOn(CallersContext.now());
  }

  /** What is folded, and into what. */
  private record Counted<D>(
      Projection<D> projection, Predicate<Recorded<?>> upTo, Predicate<Recorded<?>> discarded) {}

  private <D> Uni<Optional<View<D>>> fold(
      Counted<D> counted, String stream, long last, @Nullable D start) {
    return Uni.createFrom()
        .completionStage(() -> streams.read(stream, last + 1, PAGE))
        .chain(
            page -> {
              Unbroken.check(last, page);
              List<Recorded<StoredEvent>> some = page.stream().takeWhile(counted.upTo()).toList();
              @Nullable D document = start;
              for (Recorded<StoredEvent> stored : some) {
                document = step(counted, document, stored);
              }
              long reached = some.isEmpty() ? last : some.getLast().revision();
              return some.size() < PAGE
                  ? Uni.createFrom()
                      .item(
                          Optional.ofNullable(document)
                              .map(found -> new View<>(stream, reached, found)))
                  : fold(counted, stream, reached, document);
            });
  }

  private <D> @Nullable D step(
      Counted<D> counted, @Nullable D before, Recorded<StoredEvent> stored) {
    @Nullable D document = before;
    if (!stored.event().isPassedOver() && !counted.discarded().test(stored)) {
      for (Recorded<?> event :
          codec.decode(stored, counted.projection().category(stored.stream()))) {
        document = counted.projection().apply(document, event).state();
      }
    }
    return document;
  }
}
