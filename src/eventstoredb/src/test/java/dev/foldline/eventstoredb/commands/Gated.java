package dev.foldline.eventstoredb.commands;

import dev.foldline.core.Appended;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** Streams that do nothing until they are opened, so that all that is sent meanwhile waits. */
final class Gated extends Meddled {

  private final CompletableFuture<Void> opened = new CompletableFuture<>();

  Gated(Streams streams) {
    super(streams);
  }

  void open() {
    opened.complete(null);
  }

  @Override
  Uni<Appended> appending(String stream, long expected, List<StoredEvent> events) {
    return Uni.createFrom()
        .completionStage(opened)
        .chain(() -> super.appending(stream, expected, events));
  }

  @Override
  Uni<List<Recorded<StoredEvent>>> reading(String stream, long from, int limit) {
    return Uni.createFrom().completionStage(opened).chain(() -> super.reading(stream, from, limit));
  }

  @Override
  Uni<List<Recorded<StoredEvent>>> readingLast(String stream, int limit, LongConsumer end) {
    return Uni.createFrom()
        .completionStage(opened)
        .chain(() -> super.readingLast(stream, limit, end));
  }
}
