package dev.foldline.eventstoredb;

import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Answers a query from the stream itself: what a projection's document was at some time. */
public final class StreamFold {

  private static final int PAGE = 500;

  private final Streams streams;
  private final EventCodec codec;
  private final Duration timeout;

  /**
   * @param timeout of a fold, however long its stream is
   */
  public StreamFold(Streams streams, EventCodec codec, Duration timeout) {
    this.streams = streams;
    this.codec = codec;
    this.timeout = timeout;
  }

  /**
   * Folds a stream from its beginning.
   *
   * @param upTo whether an event is still to be counted; the fold ends before the first that is not
   * @return the document and where it stands, on the caller's Vert.x context if it has one; empty
   *     if no event was counted. Fails with {@link Unavailable} where it takes too long, with
   *     {@link dev.foldline.core.Truncated} where the first events are gone
   */
  public <D, E> Uni<Optional<View<D>>> fold(
      Projection<D, E> projection, String stream, Predicate<Recorded<E>> upTo) {
    return fold(projection, stream, upTo, null)
        .ifNoItem()
        .after(timeout)
        .failWith(() -> new Unavailable(stream + " was not folded in time"))
        .emitOn(CallersContext.now());
  }

  private <D, E> Uni<Optional<View<D>>> fold(
      Projection<D, E> projection,
      String stream,
      Predicate<Recorded<E>> upTo,
      @Nullable View<D> start) {
    long last = start == null ? -1 : start.revision();
    return streams
        .read(stream, last + 1, PAGE)
        .chain(
            page -> {
              Unbroken.check(last, page);
              @Nullable View<D> view = start;
              for (Recorded<StoredEvent> stored : page) {
                for (Recorded<E> recorded : codec.decode(stored, projection.events())) {
                  if (!upTo.test(recorded)) {
                    return Uni.createFrom().item(Optional.ofNullable(view));
                  }
                  @Nullable D document = view == null ? null : view.document();
                  Changes<D> changes = projection.project().apply(document, recorded);
                  view = new View<>(stream, recorded.revision(), changes.document());
                }
              }
              return page.size() < PAGE
                  ? Uni.createFrom().item(Optional.ofNullable(view))
                  : fold(projection, stream, upTo, view);
            });
  }
}
