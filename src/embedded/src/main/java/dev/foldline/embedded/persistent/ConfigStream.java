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
import dev.foldline.embedded.log.Snapshot;
import dev.foldline.embedded.log.StreamNames;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/** The stream that names every group there is: each event is the whole configuration. */
final class ConfigStream {
  private static final Logger LOG = Logger.getLogger(ConfigStream.class);
  private static final int MOST_TO_TRY = 100;
  private static final int PAGE_BYTES = 4 << 20;
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

  private record Document(int version, String updated, List<GroupConfig> entries) {
    Document {
      entries = List.copyOf(entries);
    }
  }

  ConfigStream(EventLog log) {
    this.log = log;
  }

  /**
   * All groups, as last saved; what clients may have written into the stream besides is passed
   * over.
   */
  List<GroupConfig> load() {
    for (var event : log.read(this::latest).join()) {
      try {
        return JSON.readValue(event.data().toStringUtf8(), Document.class).entries();
      } catch (JsonProcessingException e) {
        LOG.errorf(
            "Event %d of %s is no configuration: %s",
            event.revision(), STREAM, e.getOriginalMessage());
      }
    }
    return List.of();
  }

  private List<LogEvent> latest(Snapshot snapshot) {
    var stream = snapshot.stream(STREAM);
    var last = stream.lastRevision();
    return last < 0
        ? List.of()
        : snapshot.streamBackwards(stream, last, Math.max(0, last - MOST_TO_TRY), PAGE_BYTES);
  }

  /** Gives the stream its metadata, if it has none: before anything is saved. */
  void describe() {
    if (!log.read(snapshot -> snapshot.stream(STREAM)).join().hasMetadata()) {
      append(StreamNames.metastreamOf(STREAM), NewEvent.json(LogEvent.METADATA_TYPE, KEEP_TWO));
    }
  }

  void save(List<GroupConfig> groups) {
    try {
      var json = JSON.writeValueAsString(new Document(1, Instant.now().toString(), groups));
      append(STREAM, NewEvent.json(TYPE, json));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private void append(String stream, NewEvent event) {
    log.append(stream, ExpectedRevision.ANY, List.of(event)).join().requireWritten();
  }
}
