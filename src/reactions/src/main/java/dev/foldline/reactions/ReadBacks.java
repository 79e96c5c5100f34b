package dev.foldline.reactions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.core.NotFound;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Truncated;
import dev.foldline.core.commands.Earlier;
import dev.foldline.core.effects.ReadingBack;
import dev.foldline.core.effects.ReadingBack.Place;
import dev.foldline.core.effects.ReadingBack.Turn;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventMetadata;
import dev.foldline.eventstoredb.events.Json;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.function.LongConsumer;

/**
 * Reads streams back, for the effects that they hold, and keeps what it found: each stream is read
 * once, however many effects wait for it. What was used longest ago goes first. Safe for use by
 * many threads.
 */
final class ReadBacks {

  private static final int PAGE = 500;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** What an effect that was found takes in memory, about. */
  private static final long BYTES_AN_EFFECT = 250;

  /** In the metadata of a stream: before which revision its events are gone. */
  private static final String TRUNCATED_BEFORE = "$tb";

  private final EventStore store;
  private final LongConsumer listener;
  private final long most;
  private final SequencedMap<String, Earlier.ReadBack> kept = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, Uni<Found>> reading = new HashMap<>();
  private long bytes;

  /**
   * @param most how many bytes are kept at most, about
   * @param listener is told how many events were read
   */
  ReadBacks(EventStore store, long most, LongConsumer listener) {
    this.store = store;
    this.most = most;
    this.listener = listener;
  }

  /** What came of it. */
  sealed interface Found {

    record Known(Earlier earlier) implements Found {}

    /** Events are gone, and the effect that is sought is not in those that are left. */
    record Unknowable(String reason) implements Found {}
  }

  /**
   * The effects that a stream holds behind a position.
   *
   * @param sought the key of the effect for which it is read
   * @param forgotten behind which position its effects are remembered elsewhere
   * @return fails with {@link ReadTooLong} where it takes more than 30 s
   */
  Uni<Found> read(String stream, long cause, UUID sought, long forgotten) {
    Uni<Found> other;
    Uni<Found> own;
    synchronized (kept) {
      Earlier.ReadBack known = kept.get(stream);
      if (known != null && known.from() <= cause && forgotten <= known.to()) {
        return Uni.createFrom().item(new Found.Known(known));
      }
      other = reading.get(stream);
      own =
          Uni.createFrom()
              .deferred(() -> begin(stream, cause, sought))
              .ifNoItem()
              .after(LIMIT)
              .failWith(() -> new ReadTooLong(stream))
              .onTermination()
              .invoke(() -> ended(stream))
              .memoize()
              .indefinitely();
      if (other == null) {
        reading.put(stream, own);
      }
    }
    return other == null
        ? own
        : other.onItemOrFailure().transformToUni((_, _) -> read(stream, cause, sought, forgotten));
  }

  private void ended(String stream) {
    synchronized (kept) {
      reading.remove(stream);
    }
  }

  private Uni<Found> begin(String stream, long cause, UUID sought) {
    Earlier before;
    synchronized (kept) {
      Earlier.ReadBack known = kept.get(stream);
      before = known == null ? new Earlier.Unread() : known;
    }
    ReadingBack reading = new ReadingBack(cause, sought, before);
    return Uni.createFrom()
        .completionStage(() -> store.streams().last(stream, PAGE, _ -> {}))
        .chain(page -> take(reading, stream, page))
        .onFailure(failure -> failure instanceof NotFound || failure instanceof Truncated)
        .recoverWithItem(failure -> new Found.Unknowable(String.valueOf(failure.getMessage())));
  }

  private Uni<Found> take(ReadingBack reading, String stream, List<Recorded<StoredEvent>> page) {
    listener.accept(page.size());
    return switch (reading.next(
        page.stream().map(ReadBacks::place).toList(), page.size() == PAGE)) {
      case Turn.More(var revision) ->
          store.backwards(stream, revision, PAGE).chain(next -> take(reading, stream, next));
      case Turn.Known(var earlier) -> {
        keep(stream, earlier);
        yield Uni.createFrom().item(new Found.Known(earlier));
      }
      case Turn.Nothing() -> wasThere(stream);
      case Turn.Unknowable(var reason) ->
          Uni.createFrom().item(new Found.Unknowable(stream + ": " + reason));
    };
  }

  private static Place place(Recorded<StoredEvent> event) {
    return new Place(event.revision(), event.position(), EventMetadata.effect(event).orElse(null));
  }

  /** A stream that was deleted can't be told from one that never was, but by its metadata. */
  private Uni<Found> wasThere(String stream) {
    return store
        .last("$$" + stream)
        .map(
            metadata ->
                metadata.isPresent() && isTruncated(metadata.get().event())
                    ? new Found.Unknowable(stream + " was deleted")
                    : new Found.Known(new Earlier.NeverWas()));
  }

  private static boolean isTruncated(StoredEvent metadata) {
    try {
      JsonNode before = Json.MAPPER.readTree(metadata.data()).path(TRUNCATED_BEFORE);
      return before.isNumber() && before.asDouble() > 0;
    } catch (IOException e) {
      return true; // who can't read it does not know
    }
  }

  private void keep(String stream, Earlier.ReadBack found) {
    synchronized (kept) {
      Earlier.ReadBack before = kept.put(stream, found);
      bytes += weight(found) - (before == null ? 0 : weight(before));
      while (bytes > most && kept.size() > 1) {
        bytes -= weight(kept.pollFirstEntry().getValue());
      }
    }
  }

  private static long weight(Earlier.ReadBack found) {
    return BYTES_AN_EFFECT * (1 + found.found().size());
  }
}
