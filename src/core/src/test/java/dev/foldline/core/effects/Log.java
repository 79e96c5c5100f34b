package dev.foldline.core.effects;

import dev.foldline.core.Appended;
import dev.foldline.core.NotFound;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Truncated;
import dev.foldline.core.WrongRevision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event store as its contract says: streams in one log, appends at a revision, repeats known by
 * the ids of events, streams that are truncated, deleted, and deleted for good.
 *
 * @param first the first revision that can be read, where that is not 0; {@link #DELETED} of a
 *     stream that is deleted
 * @param tombstoned deleted for good
 * @param damaged streams that were ever truncated or deleted
 */
record Log(
    List<Written> events, Map<String, Long> first, Set<String> tombstoned, Set<String> damaged) {

  static final Log EMPTY = new Log(List.of(), Map.of(), Set.of(), Set.of());

  private static final long DELETED = Long.MAX_VALUE;

  /**
   * An event in it.
   *
   * @param append the position of the first event that was appended with it
   */
  record Written(
      String stream, long revision, int position, int append, StoredEvent event, Beside beside) {}

  /**
   * What is written beside an event.
   *
   * @param effect the key of its effect
   * @param begins whether there was no event before it
   */
  record Beside(@Nullable UUID effect, boolean begins) {

    byte[] write() {
      return Text.bytes((effect == null ? "" : effect) + "," + begins);
    }

    private static Beside read(byte[] metadata) {
      List<String> parts = Text.parts(metadata);
      return new Beside(
          parts.getFirst().isEmpty() ? null : UUID.fromString(parts.getFirst()),
          Boolean.parseBoolean(parts.getLast()));
    }
  }

  /** What came of an append. */
  record After(Log log, Appended end) {}

  /** All that a stream ever held. */
  List<Written> all(String stream) {
    List<Written> all = new ArrayList<>();
    for (Written event : events) {
      if (event.stream().equals(stream)) {
        all.add(event);
      }
    }
    return all;
  }

  long last(String stream) {
    return all(stream).size() - 1L;
  }

  boolean isDeleted(String stream) {
    return first.getOrDefault(stream, 0L) == DELETED;
  }

  /** Whether there never was such a stream. */
  boolean neverWas(String stream) {
    return all(stream).isEmpty() && !tombstoned.contains(stream);
  }

  /** The events of a stream that can be read, from a revision on. */
  List<Written> read(String stream, long from) {
    if (tombstoned.contains(stream)) {
      throw new NotFound(stream);
    }
    List<Written> all = all(stream);
    long readable = first.getOrDefault(stream, 0L);
    if (readable == DELETED) {
      return List.of();
    }
    if (!all.isEmpty() && readable >= all.size()) {
      throw new Truncated(stream);
    }
    return all.subList((int) Math.min(Math.max(from, readable), all.size()), all.size());
  }

  After append(String stream, long expected, List<StoredEvent> more) {
    if (tombstoned.contains(stream)) {
      throw new NotFound(stream);
    }
    List<Written> all = all(stream);
    boolean revives =
        expected < 0
            && isDeleted(stream)
            && !all.getFirst().event().id().equals(more.getFirst().id());
    return expected == all.size() - 1 || revives
        ? written(stream, all.size(), more)
        : repeated(stream, all, (int) expected + 1, more);
  }

  private After written(String stream, int revision, List<StoredEvent> more) {
    List<Written> now = new ArrayList<>(events);
    for (StoredEvent event : more) {
      now.add(
          new Written(
              stream, revision++, now.size(), events.size(), event, Beside.read(event.metadata())));
    }
    Map<String, Long> readable = new HashMap<>(first);
    readable.computeIfPresent(stream, (_, from) -> from == DELETED ? all(stream).size() : from);
    return new After(
        new Log(now, readable, tombstoned, damaged), new Appended(revision - 1, now.size() - 1));
  }

  private After repeated(String stream, List<Written> all, int from, List<StoredEvent> more) {
    int to = from + more.size();
    if (to > all.size()
        || !more.stream()
            .map(StoredEvent::id)
            .toList()
            .equals(all.subList(from, to).stream().map(found -> found.event().id()).toList())) {
      throw new WrongRevision(stream);
    }
    boolean isReadable = first.getOrDefault(stream, 0L) < to;
    return new After(this, new Appended(to - 1, isReadable ? all.get(to - 1).position() : -1));
  }

  Log deleted(String stream) {
    return neverWas(stream) ? this : damaged(stream, DELETED, false);
  }

  Log tombstoned(String stream) {
    return damaged(stream, DELETED, true);
  }

  /** All but the last event can't be read any more. */
  Log truncated(String stream) {
    return last(stream) < 1 || isDeleted(stream) ? this : damaged(stream, last(stream), false);
  }

  private Log damaged(String stream, long from, boolean forGood) {
    Map<String, Long> readable = new HashMap<>(first);
    readable.put(stream, from);
    Set<String> gone = new HashSet<>(tombstoned);
    if (forGood) {
      gone.add(stream);
    }
    Set<String> streams = new HashSet<>(damaged);
    streams.add(stream);
    return new Log(events, readable, gone, streams);
  }
}
