package dev.foldline.eventstoredb;

import dev.foldline.core.Recorded;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.CompletableFuture;

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
  public Uni<Appended> append(String stream, long expected, List<StoredEvent> events) {
    return Uni.createFrom()
        .completionStage(opened)
        .chain(() -> super.append(stream, expected, events));
  }

  @Override
  public Uni<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
    return Uni.createFrom().completionStage(opened).chain(() -> super.read(stream, from, limit));
  }
}
