package dev.foldline.eventstoredb.commands;

import dev.foldline.core.Decider;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.commands.Handled;
import dev.foldline.core.commands.RecentKeys;
import dev.foldline.core.commands.StreamState;
import dev.foldline.eventstoredb.connection.CallersContext;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.events.EventMetadata;
import dev.foldline.eventstoredb.events.Unbroken;
import dev.foldline.eventstoredb.snapshots.SnapshotKeeper;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Folds streams, whole or from where an earlier fold ended. */
final class StreamLoader {

  private static final Logger LOG = Logger.getLogger(StreamLoader.class);
  private static final int PAGE = 500;

  private final Streams streams;
  private final EventCodec codec;
  private final SnapshotKeeper snapshots;
  private final RecentKeys.Window window;
  private final CommandListener listener;

  StreamLoader(
      Streams streams,
      EventCodec codec,
      SnapshotKeeper snapshots,
      RecentKeys.Window window,
      CommandListener listener) {
    this.streams = streams;
    this.codec = codec;
    this.snapshots = snapshots;
    this.window = window;
    this.listener = listener;
  }

  /**
   * Folds a stream: its snapshot and the events after it, else all of it. The last events are read,
   * so many that the last one of the latest snapshot is among them; as soon as the first of them
   * says that there may be a snapshot it is asked for. Mostly both meet, and where they don't the
   * stream is read from its snapshot, or its beginning, on.
   */
  <S> CompletionStage<StreamState<S>> load(Decider<?, S, ?> decider, String stream) {
    OptionalInt every = snapshots.firstAfter(decider);
    if (every.isEmpty()) {
      return readOn(decider, stream, nothing(decider), _ -> {});
    }
    int first = every.getAsInt();
    Executor caller = CallersContext.now();
    Uni<Optional<StreamState<S>>> snapshot =
        snapshots.load(decider, stream).memoize().indefinitely();
    return streams
        .last(
            stream,
            Math.min(first, 2 * PAGE - 1) + 1,
            end -> {
              if (end + 1 >= first) {
                caller.execute(() -> snapshot.subscribe().with(_ -> {}));
              }
            })
        .thenCompose(
            latest -> {
              List<Recorded<StoredEvent>> page = latest.reversed();
              return page.size() < first && isWhole(page)
                  ? CompletableFuture.completedStage(first(decider, page))
                  : snapshot
                      .subscribeAsCompletionStage()
                      .thenCompose(found -> loadLong(decider, stream, found, page));
            });
  }

  private static boolean isWhole(List<Recorded<StoredEvent>> page) {
    return page.isEmpty() || page.getFirst().revision() == 0;
  }

  private <S> CompletionStage<StreamState<S>> loadLong(
      Decider<?, S, ?> decider,
      String stream,
      Optional<StreamState<S>> snapshot,
      List<Recorded<StoredEvent>> page) {
    CompletionStage<StreamState<S>> load =
        snapshot
            .map(folded -> foldFrom(decider, stream, folded, page))
            .orElseGet(
                () ->
                    isWhole(page)
                        ? CompletableFuture.completedStage(first(decider, page))
                        : readOn(decider, stream, nothing(decider), _ -> {}));
    long from = snapshot.map(StreamState::revision).orElse(-1L);
    return load.thenApply(
        now -> {
          snapshots.passed(decider, stream, from, now);
          return now;
        });
  }

  /** Folds what comes behind a snapshot, as far as that is among the last events. */
  private <S> CompletionStage<StreamState<S>> foldFrom(
      Decider<?, S, ?> decider,
      String stream,
      StreamState<S> snapshot,
      List<Recorded<StoredEvent>> page) {
    for (int i = 0; i < page.size(); i++) {
      if (isLast(page.get(i), snapshot)) {
        return CompletableFuture.completedStage(
            fold(decider, snapshot, page.subList(i + 1, page.size()), _ -> {}));
      }
    }
    return catchUp(decider, stream, snapshot, _ -> {});
  }

  private <S> StreamState<S> first(Decider<?, S, ?> decider, List<Recorded<StoredEvent>> page) {
    return fold(decider, nothing(decider), page, _ -> {});
  }

  private <S> StreamState<S> nothing(Decider<?, S, ?> decider) {
    return StreamState.nothing(decider.initial(), window);
  }

  /**
   * Folds what is new in a stream.
   *
   * <p>The last event that was folded is read again: if it is another one now, or elsewhere, the
   * stream is not the one that was folded, and all of it is folded anew.
   *
   * @param seen sees each new event
   */
  <S> CompletionStage<StreamState<S>> catchUp(
      Decider<?, S, ?> decider,
      String stream,
      StreamState<S> from,
      Consumer<Recorded<StoredEvent>> seen) {
    if (from.revision() < 0) {
      return readOn(decider, stream, from, seen);
    }
    return streams
        .read(stream, from.revision(), PAGE)
        .thenCompose(
            page -> {
              if (page.isEmpty() || !isLast(page.getFirst(), from)) {
                LOG.infof(
                    "%s is not the stream that was folded before, up to revision %d: it was begun"
                        + " anew, or its store was restored; it is folded anew",
                    stream, from.revision());
                listener.discarded();
                return readOn(decider, stream, nothing(decider), seen);
              }
              return afterPage(decider, stream, from, page, page.subList(1, page.size()), seen);
            });
  }

  /**
   * A command that is repeated writes the same ids: further on where its stream was deleted, and
   * elsewhere in the log where the store was restored from a backup.
   */
  private static boolean isLast(Recorded<StoredEvent> event, StreamState<?> folded) {
    return event.revision() == folded.revision()
        && event.position() == folded.position()
        && event.eventId().equals(folded.lastEvent());
  }

  private <S> CompletionStage<StreamState<S>> readOn(
      Decider<?, S, ?> decider,
      String stream,
      StreamState<S> from,
      Consumer<Recorded<StoredEvent>> seen) {
    return streams
        .read(stream, from.revision() + 1, PAGE)
        .thenCompose(page -> afterPage(decider, stream, from, page, page, seen));
  }

  private <S> CompletionStage<StreamState<S>> afterPage(
      Decider<?, S, ?> decider,
      String stream,
      StreamState<S> from,
      List<Recorded<StoredEvent>> page,
      List<Recorded<StoredEvent>> fresh,
      Consumer<Recorded<StoredEvent>> seen) {
    return page.size() < PAGE
        ? CompletableFuture.completedStage(fold(decider, from, fresh, seen))
        : readOn(decider, stream, fold(decider, from.apart(), fresh, seen), seen);
  }

  private <S, E> StreamState<S> fold(
      Decider<?, S, E> decider,
      StreamState<S> from,
      List<Recorded<StoredEvent>> fresh,
      Consumer<Recorded<StoredEvent>> seen) {
    if (fresh.isEmpty()) {
      return from;
    }
    Unbroken.check(from.revision(), fresh);
    List<E> events = new ArrayList<>(fresh.size());
    List<RecentKeys.Entry> commands = new ArrayList<>();
    List<Handled> effects = new ArrayList<>();
    long unmarked = from.unmarked();
    for (Recorded<StoredEvent> event : fresh) {
      EventMetadata.remember(event, commands::add, effects::add);
      if (!event.event().isMark()) {
        events.addAll(codec.decode(event.event().type(), event.event().data(), decider.category()));
        unmarked = event.revision();
      }
    }
    S state = decider.fold(from.state(), events);
    commands.forEach(from.keys()::add);
    if (from.revision() < 0 && fresh.getFirst().revision() > 0) {
      from.effects().forget(fresh.getFirst().position()); // those of the stream that was deleted
    }
    effects.forEach(from.effects()::add);
    fresh.forEach(seen);
    Recorded<StoredEvent> last = fresh.getLast();
    return new StreamState<>(
        state,
        last.revision(),
        last.position(),
        last.eventId(),
        unmarked,
        from.keys(),
        from.effects());
  }
}
