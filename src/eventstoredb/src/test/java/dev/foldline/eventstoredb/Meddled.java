package dev.foldline.eventstoredb;

import dev.foldline.core.Recorded;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** Streams as they are, but for what a test overrides. */
abstract class Meddled implements Streams {

  private final Streams streams;

  Meddled(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Uni<Appended> append(String stream, long expected, List<StoredEvent> events) {
    return streams.append(stream, expected, events);
  }

  @Override
  public Uni<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
    return streams.read(stream, from, limit);
  }
}
