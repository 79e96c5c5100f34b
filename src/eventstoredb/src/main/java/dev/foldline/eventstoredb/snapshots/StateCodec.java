package dev.foldline.eventstoredb.snapshots;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.core.Decider;
import dev.foldline.eventstoredb.events.Json;
import dev.foldline.eventstoredb.events.Storable;
import java.io.IOException;

/** The states of one decider as JSON. */
public final class StateCodec<S> {

  private final StateSchema schema;

  public StateCodec(Decider<?, S, ?> decider) {
    this.schema = StateSchema.of(decider);
  }

  /** Another one whenever the shape of the states changes, or the decider says so. */
  public String version() {
    return schema.version();
  }

  /**
   * Passes where the states can be stored at all, and read again.
   *
   * @throws IllegalArgumentException naming what can't be, and what to do
   */
  public void check() {
    Storable.check(schema.root());
  }

  /**
   * A state as JSON.
   *
   * @throws IllegalArgumentException if the state would not come back from it as it is
   */
  public JsonNode write(S state) {
    try {
      JsonNode json =
          Json.MAPPER.readTree(Json.MAPPER.writerFor(schema.root()).writeValueAsBytes(state));
      if (!state.equals(read(json))) {
        throw new IllegalArgumentException("the state is another one once it is read");
      }
      return json;
    } catch (IOException e) {
      throw new IllegalArgumentException("the state is no JSON", e);
    }
  }

  /**
   * The state that was written.
   *
   * @throws IllegalArgumentException if it is none of this version
   */
  public S read(JsonNode json) {
    try {
      @SuppressWarnings("unchecked") // all states are of it
      S state = (S) Json.MAPPER.treeToValue(json, schema.root());
      return state;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it is no state", e);
    }
  }

  /**
   * The state that was written.
   *
   * @throws IllegalArgumentException if it is none of this version
   */
  public S read(String text) {
    try {
      return read(Json.MAPPER.readTree(text));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it is no state", e);
    }
  }
}
