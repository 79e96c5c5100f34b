package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent;
import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Events as they come from the store, and as Foldline knows them. */
public final class WireEvents {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long TICKS_A_SECOND = 10_000_000;
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private WireEvents() {}

  /** An event that was read. */
  public static Resolved toResolved(StreamsOuterClass.ReadResp.ReadEvent read) {
    return new Resolved(
        read.hasEvent() ? toRecorded(read.getEvent()) : null,
        read.hasLink() ? toRecorded(read.getLink()) : null);
  }

  /** An event that a persistent subscription delivers. */
  public static Resolved toResolved(Persistent.ReadResp.ReadEvent read) {
    return new Resolved(
        read.hasEvent() ? toRecorded(read.getEvent()) : null,
        read.hasLink() ? toRecorded(read.getLink()) : null);
  }

  private static Recorded<StoredEvent> toRecorded(
      StreamsOuterClass.ReadResp.ReadEvent.RecordedEvent event) {
    return toRecorded(
        event.getId(),
        event.getStreamIdentifier(),
        event.getStreamRevision(),
        event.getCommitPosition(),
        event.getMetadataMap(),
        event.getData(),
        event.getCustomMetadata());
  }

  private static Recorded<StoredEvent> toRecorded(
      Persistent.ReadResp.ReadEvent.RecordedEvent event) {
    return toRecorded(
        event.getId(),
        event.getStreamIdentifier(),
        event.getStreamRevision(),
        event.getCommitPosition(),
        event.getMetadataMap(),
        event.getData(),
        event.getCustomMetadata());
  }

  private static Recorded<StoredEvent> toRecorded(
      Shared.UUID id,
      Shared.StreamIdentifier stream,
      long revision,
      long position,
      Map<String, String> system,
      ByteString data,
      ByteString custom) {
    UUID eventId = WireNames.toUuid(id);
    byte[] metadata = custom.toByteArray();
    return new Recorded<>(
        new StoredEvent(eventId, system.getOrDefault("type", ""), data.toByteArray(), metadata),
        eventId,
        stream.getStreamName().toStringUtf8(),
        revision,
        position,
        toInstant(system.getOrDefault("created", "0")),
        new LazyMetadata(metadata));
  }

  /**
   * @param ticks of 100 ns since 1970
   */
  private static Instant toInstant(String ticks) {
    long since = Long.parseLong(ticks);
    return Instant.ofEpochSecond(
        Math.floorDiv(since, TICKS_A_SECOND), 100 * Math.floorMod(since, TICKS_A_SECOND));
  }

  /**
   * Metadata is written by anyone: what is no JSON object counts as none. Parsed when asked for.
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
