package dev.foldline.embedded.persistent;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.ExpectedRevision;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.NewEvent;
import dev.foldline.embedded.log.StreamNames;
import dev.foldline.embedded.log.WriteResult;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The stream that names every group there is: each event is the whole configuration. */
final class ConfigStream {
  private static final String STREAM = "$persistentSubscriptionConfig";
  private static final String TYPE = "$PersistentConfig";
  private static final String KEEP_TWO = "{\"$maxCount\":2}";

  /** Escaped, so that a stream's name that is not UTF-8 comes back as it was. */
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private final EventLog log;

  private record Document(int version, String updated, List<GroupConfig> entries) {}

  ConfigStream(EventLog log) {
    this.log = log;
  }

  /**
   * All groups, as last saved.
   *
   * @throws IllegalStateException if what was saved can't be read
   */
  List<GroupConfig> load() {
    var last = log.read(snapshot -> Optional.ofNullable(snapshot.lastEvent(STREAM))).join();
    if (last.isEmpty()) {
      return List.of();
    }
    try {
      return JSON.readValue(last.get().data().toStringUtf8(), Document.class).entries();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "The configuration of the persistent subscriptions can't be read", e);
    }
  }

  /** Returns the position in the log at which the configuration was saved. */
  long save(List<GroupConfig> groups) {
    if (!log.read(snapshot -> snapshot.stream(STREAM)).join().hasMetadata()) {
      append(StreamNames.metastreamOf(STREAM), NewEvent.json(LogEvent.METADATA_TYPE, KEEP_TWO));
    }
    try {
      var json = JSON.writeValueAsString(new Document(1, Instant.now().toString(), groups));
      return append(STREAM, NewEvent.json(TYPE, json));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private long append(String stream, NewEvent event) {
    var result = log.append(stream, ExpectedRevision.ANY, List.of(event)).join();
    if (result instanceof WriteResult.Written(_, var position) && position.isPresent()) {
      return position.getAsLong();
    }
    throw new IllegalStateException("The configuration could not be saved: " + result);
  }
}
