package dev.foldline.eventstoredb;

import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.View;
import io.smallrye.mutiny.Uni;
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
