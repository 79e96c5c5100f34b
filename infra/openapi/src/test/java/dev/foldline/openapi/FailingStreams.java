package dev.foldline.openapi;

import dev.foldline.core.Appended;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongConsumer;

/** The event store, behind what fails as a test wants it. */
@Alternative
@Singleton
class FailingStreams implements Streams {

  private final Streams store;
  private volatile Optional<Function<String, Throwable>> reading = Optional.empty();
  private volatile Optional<Function<String, Throwable>> appending = Optional.empty();

  private volatile boolean isLostAfterAppends;

  FailingStreams(EventStore store) {
    this.store = store.streams();
  }

  /** What a caller gets who reads, by stream. */
  void failReads(Function<String, Throwable> failure) {
    reading = Optional.of(failure);
  }

  /** What a caller gets who appends, by stream. */
  void failAppends(Function<String, Throwable> failure) {
    appending = Optional.of(failure);
  }

  /** Who appends can't find out either what became of that. */
  void failReadsAfterAppends() {
    isLostAfterAppends = true;
  }

  void failNoMore() {
    isLostAfterAppends = false;
    reading = Optional.empty();
    appending = Optional.empty();
  }

  @Override
  public CompletionStage<Appended> append(String stream, long expected, List<StoredEvent> events) {
    var failure = appending;
    if (isLostAfterAppends) {
      failReads(_ -> new Unavailable("a test wants it"));
    }
    return failure.isPresent()
        ? CompletableFuture.failedFuture(failure.get().apply(stream))
        : store.append(stream, expected, events);
  }

  @Override
  public CompletionStage<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
    var failure = reading;
    return failure.isPresent()
        ? CompletableFuture.failedFuture(failure.get().apply(stream))
        : store.read(stream, from, limit);
  }

  @Override
  public CompletionStage<List<Recorded<StoredEvent>>> last(
      String stream, int limit, LongConsumer end) {
    var failure = reading;
    return failure.isPresent()
        ? CompletableFuture.failedFuture(failure.get().apply(stream))
        : store.last(stream, limit, end);
  }
}
