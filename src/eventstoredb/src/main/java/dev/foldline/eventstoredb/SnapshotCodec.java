package dev.foldline.eventstoredb;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.core.Decider;
import java.util.List;
import java.util.UUID;

/** Snapshots of one decider's streams as JSON. */
final class SnapshotCodec<S> {

  private record Snapshot(
      String schema,
      long revision,
      long position,
      UUID lastEvent,
      JsonNode state,
      List<RecentKeys.Entry> keys) {}

  private final StateSchema schema;
  private final RecentKeys.Window window;

  SnapshotCodec(Decider<?, S, ?> decider, RecentKeys.Window window) {
    this.schema = StateSchema.of(decider);
    this.window = window;
  }

  /**
   * @throws IllegalArgumentException if the state would not come back from it as it is
   */
  String write(Folded<S> folded) {
    UUID lastEvent = folded.lastEvent();
    if (lastEvent == null) {
      throw new IllegalArgumentException("a snapshot of no events");
    }
    try {
      String state = schema.json().writerFor(schema.root()).writeValueAsString(folded.state());
      if (!folded.state().equals(schema.json().readValue(state, schema.root()))) {
        throw new IllegalArgumentException("the state is another one once it is read: " + state);
      }
      return Json.MAPPER.writeValueAsString(
          new Snapshot(
              schema.version(),
              folded.revision(),
              folded.position(),
              lastEvent,
              Json.MAPPER.readTree(state),
              folded.keys().entries()));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the state is no JSON", e);
    }
  }

  /**
   * @throws IllegalArgumentException if it is corrupt, or of another version of the state
   */
  Folded<S> read(String text) {
    try {
      Snapshot snapshot = Json.MAPPER.readValue(text, Snapshot.class);
      if (!schema.version().equals(snapshot.schema()) || snapshot.revision() < 0) {
        throw new IllegalArgumentException("the snapshot is of another version of the state");
      }
      @SuppressWarnings("unchecked") // the schema's version is that of the decider's state
      S state = (S) schema.json().treeToValue(snapshot.state(), schema.root());
      RecentKeys keys = new RecentKeys(window);
      snapshot.keys().forEach(keys::add);
      return new Folded<>(
          state, snapshot.revision(), snapshot.position(), snapshot.lastEvent(), keys);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the snapshot is corrupt", e);
    }
  }
}
