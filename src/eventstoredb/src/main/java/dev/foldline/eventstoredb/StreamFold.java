package dev.foldline.eventstoredb;

import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.View;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Answers a query from the stream itself: what a projection's document was at some time. */
public final class StreamFold {

  private static final int PAGE = 500;

  private final EventStore store;
  private final EventCodec codec;

  public StreamFold(EventStore store, EventCodec codec) {
    this.store = store;
    this.codec = codec;
  }

  /**
   * Folds a stream from its beginning.
   *
   * @param upTo whether an event is still to be counted; the fold ends before the first that is not
   * @return the document and where it stands; empty if no event was counted
   */
  public <D, E> Uni<Optional<View<D>>> fold(
      Projection<D, E> projection, String stream, Predicate<Recorded<E>> upTo) {
    return fold(projection, stream, upTo, null);
  }

  private <D, E> Uni<Optional<View<D>>> fold(
      Projection<D, E> projection,
      String stream,
      Predicate<Recorded<E>> upTo,
      @Nullable View<D> start) {
    return store
        .read(stream, start == null ? 0 : start.revision() + 1, PAGE)
        .chain(
            page -> {
              List<Recorded<E>> counted =
                  page.stream()
                      .map(stored -> stored.map(event -> codec.decode(event, projection.events())))
                      .takeWhile(upTo)
                      .toList();
              @Nullable View<D> view = start;
              for (Recorded<E> event : counted) {
                @Nullable D document = view == null ? null : view.document();
                view =
                    new View<>(
                        stream,
                        event.revision(),
                        projection.project().apply(document, event).document());
              }
              return counted.size() < PAGE
                  ? Uni.createFrom().item(Optional.ofNullable(view))
                  : fold(projection, stream, upTo, view);
            });
  }
}
