package dev.foldline.embedded.persistent;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.ResolvedEvent;
import dev.foldline.embedded.log.Snapshot;
import dev.foldline.embedded.log.StreamNames;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Where the events of a group come from. */
final class GroupSource {
  private static final int PAGE_BYTES = 4 << 20;
  private static final int FILTERED_PAGE = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final EventLog log;
  private final GroupConfig config;
  private final Predicate<LogEvent> filter;

  GroupSource(EventLog log, GroupConfig config) {
    this.log = log;
    this.config = config;
    var filter = config.filter();
    this.filter = filter == null ? _ -> true : filter.predicate();
  }

  /** What a read found. */
  sealed interface Page {
    /**
     * Events in order, those that the filter leaves out among them.
     *
     * @param upTo the position that was read up to
     * @param reachedEnd whether nothing lay beyond
     */
    record Events(List<ResolvedEvent> events, long upTo, boolean reachedEnd) implements Page {}

    /** The stream was deleted for good, and its history with it. */
    record Gone() implements Page {}
  }

  /** At least one event after a position, if there is one, and about {@code count}. */
  CompletableFuture<Page> read(long after, int count) {
    return config.key().isAll()
        ? log.read(snapshot -> readAll(snapshot, after, count))
        : log.read(snapshot -> readStream(snapshot, after, count));
  }

  private Page readAll(Snapshot snapshot, long after, int count) {
    var limit = config.filter() == null ? count : Math.max(count, FILTERED_PAGE);
    var events = snapshot.allForwards(after, limit, PAGE_BYTES);
    var upTo = events.isEmpty() ? after : events.getLast().position();
    return new Page.Events(
        resolve(snapshot, events), upTo, events.isEmpty() || upTo >= log.lastPosition());
  }

  private Page readStream(Snapshot snapshot, long after, int count) {
    var stream = snapshot.stream(config.key().stream());
    if (after == LogEvent.TOMBSTONE_REVISION) {
      return new Page.Events(List.of(), after, true);
    }
    if (stream.tombstoned()) {
      return new Page.Gone();
    }
    var from = Math.max(after + 1, stream.firstRevision());
    if (!stream.exists() || from > stream.lastRevision()) {
      return new Page.Events(List.of(), after, true);
    }
    var events = snapshot.streamForwards(stream, from, from + count - 1, PAGE_BYTES);
    var upTo = events.getLast().revision();
    var readable = events.stream().filter(event -> !stream.isExpired(event.created())).toList();
    return new Page.Events(resolve(snapshot, readable), upTo, upTo >= stream.lastRevision());
  }

  private List<ResolvedEvent> resolve(Snapshot snapshot, List<LogEvent> events) {
    return config.settings().resolveLinks()
        ? events.stream().map(snapshot::resolve).toList()
        : events.stream().map(ResolvedEvent::of).toList();
  }

  /** Where the source ends now: the position of its last event, −1 or 0 without any. */
  static CompletableFuture<Long> end(EventLog log, GroupKey key) {
    if (key.isAll()) {
      return CompletableFuture.completedFuture(log.lastPosition());
    }
    return log.read(
        snapshot -> {
          var stream = snapshot.stream(key.stream());
          return stream.tombstoned() ? LogEvent.TOMBSTONE_REVISION : stream.lastRevision();
        });
  }

  /** Whether a committed event belongs to the source at all, taken by the filter or not. */
  boolean contains(LogEvent event) {
    return config.key().isAll()
        ? !StreamNames.isHiddenFromAll(event.stream())
        : event.stream().equals(config.key().stream());
  }

  /**
   * Whether the group is to have the event; one that its expression can't be done with is not kept
   * from it.
   */
  boolean takes(LogEvent event) {
    try {
      return filter.test(event);
    } catch (StatusRuntimeException _) {
      return true;
    }
  }

  /** Whether the event leads to another, which is only found by reading. */
  boolean mustResolve(LogEvent event) {
    return config.settings().resolveLinks() && event.isLink();
  }

  long position(LogEvent event) {
    return config.key().isAll() ? event.position() : event.revision();
  }

  GroupEvent toGroupEvent(ResolvedEvent event) {
    return new GroupEvent(event, position(event.original()), pin(event));
  }

  private int pin(ResolvedEvent resolved) {
    var event = resolved.event() != null ? resolved.event() : resolved.original();
    return switch (config.settings().strategy()) {
      case ROUND_ROBIN, DISPATCH_TO_SINGLE -> 0;
      case PINNED -> event.stream().hashCode();
      case PINNED_BY_CORRELATION -> correlation(event).hashCode();
    };
  }

  private static String correlation(LogEvent event) {
    return event.metadata().isEmpty()
        ? event.stream()
        : correlation(event.metadata(), event.stream());
  }

  private static String correlation(ByteString metadata, String otherwise) {
    try (var json = metadata.newInput()) {
      var id = JSON.readTree(json).path("$correlationId");
      return id.isValueNode() && !id.isNull() ? id.asText() : otherwise;
    } catch (JacksonException _) {
      return otherwise;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
