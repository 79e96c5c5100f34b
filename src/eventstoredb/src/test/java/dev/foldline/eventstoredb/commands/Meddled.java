package dev.foldline.eventstoredb.commands;

import dev.foldline.core.Appended;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;

/** Streams as they are, but for what a test overrides. */
abstract class Meddled implements Streams {

  private final Streams streams;

  Meddled(Streams streams) {
    this.streams = streams;
  }

  @Override
  public final CompletionStage<Appended> append(
      String stream, long expected, List<StoredEvent> events) {
    return appending(stream, expected, events).subscribeAsCompletionStage();
  }

  @Override
  public final CompletionStage<List<Recorded<StoredEvent>>> read(
      String stream, long from, int limit) {
    return reading(stream, from, limit).subscribeAsCompletionStage();
  }

  @Override
  public final CompletionStage<List<Recorded<StoredEvent>>> last(
      String stream, int limit, LongConsumer end) {
    return readingLast(stream, limit, end).subscribeAsCompletionStage();
  }

  Uni<Appended> appending(String stream, long expected, List<StoredEvent> events) {
    return Uni.createFrom().completionStage(() -> streams.append(stream, expected, events));
  }

  Uni<List<Recorded<StoredEvent>>> reading(String stream, long from, int limit) {
    return Uni.createFrom().completionStage(() -> streams.read(stream, from, limit));
  }

  Uni<List<Recorded<StoredEvent>>> readingLast(String stream, int limit, LongConsumer end) {
    return Uni.createFrom().completionStage(() -> streams.last(stream, limit, end));
  }
}
