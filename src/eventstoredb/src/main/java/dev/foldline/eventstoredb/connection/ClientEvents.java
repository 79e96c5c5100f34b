package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.ReadResult;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.WriteResult;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Appended;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Events as the official client has them, and as Foldline knows them. */
public final class ClientEvents {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private ClientEvents() {}

  static EventData toEventData(StoredEvent event) {
    return EventData.builderAsJson(event.id(), event.type(), event.data())
        .metadataAsBytes(event.metadata())
        .build();
  }

  static Appended toAppended(WriteResult result) {
    @Nullable Position position = result.getLogPosition();
    return new Appended(
        result.getNextExpectedRevision().toRawLong(),
        position == null ? -1 : position.getCommitUnsigned());
  }

  static List<Recorded<StoredEvent>> toRecorded(ReadResult result) {
    return result.getEvents().stream()
        .map(ResolvedEvent::getOriginalEvent)
        .map(ClientEvents::toRecorded)
        .toList();
  }

  /** An event that was read. */
  public static Recorded<StoredEvent> toRecorded(RecordedEvent event) {
    byte[] metadata = event.getUserMetadata();
    return new Recorded<>(
        new StoredEvent(event.getEventId(), event.getEventType(), event.getEventData(), metadata),
        event.getEventId(),
        event.getStreamId(),
        event.getRevision(),
        event.getPosition().getCommitUnsigned(),
        event.getCreated(),
        new LazyMetadata(metadata));
  }

  /**
   * EventMetadata is written by anyone: what is no JSON object counts as none. Parsed when asked
   * for.
   */
  private static final class LazyMetadata extends AbstractMap<String, Object> {

    private final byte[] json;
    private volatile @Nullable Map<String, Object> parsed;

    LazyMetadata(byte[] json) {
      this.json = json;
    }

    @Override
    public Set<Entry<String, Object>> entrySet() {
      return map().entrySet();
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
      return map().get(key);
    }

    private Map<String, Object> map() {
      @Nullable Map<String, Object> known = parsed;
      if (known == null) {
        known = Collections.unmodifiableMap(parse(json));
        parsed = known;
      }
      return known;
    }

    private static Map<String, Object> parse(byte[] json) {
      if (json.length == 0) {
        return Map.of();
      }
      try {
        @Nullable Map<String, Object> map = JSON.readValue(json, OBJECT);
        return map == null ? Map.of() : map;
      } catch (JacksonException _) {
        return Map.of();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
