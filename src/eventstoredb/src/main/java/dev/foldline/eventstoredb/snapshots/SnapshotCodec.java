package dev.foldline.eventstoredb.snapshots;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.core.Decider;
import dev.foldline.core.commands.HandledEffects;
import dev.foldline.core.commands.RecentKeys;
import dev.foldline.core.commands.StreamState;
import dev.foldline.eventstoredb.events.Json;
import java.util.List;
import java.util.UUID;

/** Snapshots of one decider's streams as JSON. */
final class SnapshotCodec<S> {

  /** Another number whenever what is kept beside the state changes, or how JSON is written. */
  private static final int FORMAT = 4;

  private record Snapshot(
      int format,
      String schema,
      long revision,
      long position,
      UUID lastEvent,
      long unmarked,
      JsonNode state,
      List<RecentKeys.Entry> keys,
      String effects,
      long forgottenEffects) {}

  private final StateCodec<S> states;
  private final RecentKeys.Window window;

  SnapshotCodec(Decider<?, S, ?> decider, RecentKeys.Window window) {
    this.states = new StateCodec<>(decider);
    this.window = window;
  }

  /**
   * @throws IllegalArgumentException if the state would not come back from it as it is
   */
  String write(StreamState<S> folded) {
    UUID lastEvent = folded.lastEvent();
    if (lastEvent == null) {
      throw new IllegalArgumentException("a snapshot of no events");
    }
    JsonNode state = states.write(folded.state());
    try {
      return Json.MAPPER.writeValueAsString(
          new Snapshot(
              FORMAT,
              states.version(),
              folded.revision(),
              folded.position(),
              lastEvent,
              folded.unmarked(),
              state,
              folded.keys().entries(),
              EffectsCodec.write(folded.effects().all()),
              folded.effects().forgotten()));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the snapshot is no JSON", e);
    }
  }

  /**
   * @throws IllegalArgumentException if it is corrupt, of another format, or of another version of
   *     the state
   */
  StreamState<S> read(String text) {
    try {
      JsonNode json = Json.MAPPER.readTree(text);
      JsonNode format = json.path("format");
      if (!format.isInt() || format.intValue() != FORMAT) {
        throw new IllegalArgumentException("the snapshot is of another format");
      }
      Snapshot snapshot = Json.MAPPER.treeToValue(json, Snapshot.class);
      if (!states.version().equals(snapshot.schema())) {
        throw new IllegalArgumentException("the snapshot is of another version of the state");
      }
      if (snapshot.revision() < 0) {
        throw new IllegalArgumentException("the snapshot is of no revision");
      }
      RecentKeys keys = new RecentKeys(window);
      snapshot.keys().forEach(keys::add);
      return new StreamState<>(
          states.read(snapshot.state()),
          snapshot.revision(),
          snapshot.position(),
          snapshot.lastEvent(),
          snapshot.unmarked(),
          keys,
          new HandledEffects(EffectsCodec.read(snapshot.effects()), snapshot.forgottenEffects()));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the snapshot is corrupt", e);
    }
  }
}
