package dev.foldline.embedded.log;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The log as of one moment. Confined to the reader thread that it is handed to, and not to be kept.
 */
public final class Snapshot {
  /** What .NET parses as a 64-bit decimal, and so what a link may say before its {@code @}. */
  private static final Pattern NUMBER = Pattern.compile("[\\t-\\r ]*([+-]?[0-9]+)[\\t-\\r ]*");

  private final LogView view;
  private final Map<String, StreamInfo> streams = new HashMap<>();

  Snapshot(LogView view) {
    this.view = view;
  }

  public StreamInfo stream(String name) {
    StreamInfo known = streams.get(name);
    if (known == null) {
      known = ask(() -> view.stream(name));
      streams.put(name, known);
    }
    return known;
  }

  /** The stream's last event, whatever truncation says; null if there is none. */
  public @Nullable LogEvent lastEvent(String stream) {
    return find(() -> view.lastEvent(stream));
  }

  /** The position of the log's last event, 0 for an empty log. */
  public long lastPosition() {
    return view.end();
  }

  /**
   * Events of a range of revisions (inclusive), lowest first, whatever truncation says; a tombstone
   * is in none. Ends early once it has {@code maxBytes}, so only an empty answer means that there
   * are none.
   */
  public List<LogEvent> streamForwards(StreamInfo stream, long from, long to, int maxBytes) {
    return ask(() -> view.streamForwards(stream, from, to, maxBytes));
  }

  /** The same from the highest down: {@code from} is the higher bound. */
  public List<LogEvent> streamBackwards(StreamInfo stream, long from, long to, int maxBytes) {
    return ask(() -> view.streamBackwards(stream, from, to, maxBytes));
  }

  /**
   * Events of $all behind a position, at most {@code max} or a little more than {@code maxBytes};
   * empty at the end.
   */
  public List<LogEvent> allForwards(long after, int max, int maxBytes) {
    long bound = after;
    while (true) {
      long from = bound;
      List<LogEvent> events = ask(() -> view.allForwards(from, max, maxBytes));
      List<LogEvent> visible = visible(events);
      if (!visible.isEmpty() || events.isEmpty()) {
        return visible;
      }
      bound = events.getLast().position();
    }
  }

  /** Events of $all before a position, the highest first; empty at the start. */
  public List<LogEvent> allBackwards(long before, int max, int maxBytes) {
    long bound = before;
    while (true) {
      long from = bound;
      List<LogEvent> events = ask(() -> view.allBackwards(from, max, maxBytes));
      List<LogEvent> visible = visible(events);
      if (!visible.isEmpty() || events.isEmpty()) {
        return visible;
      }
      bound = events.getLast().position();
    }
  }

  private static List<LogEvent> visible(List<LogEvent> events) {
    for (LogEvent event : events) {
      if (StreamNames.isHiddenFromAll(event.stream())) {
        return events.stream()
            .filter(other -> !StreamNames.isHiddenFromAll(other.stream()))
            .toList();
      }
    }
    return events;
  }

  /**
   * An event that a reader of its stream may see; null if it is missing, truncated, expired or
   * deleted.
   */
  public @Nullable LogEvent readable(String stream, long revision) {
    StreamInfo info = stream(stream);
    if (!info.exists()) {
      return null;
    }
    LogEvent event = find(() -> view.event(info.id(), stream, revision));
    return event != null && info.isReadable(revision, event.created()) ? event : null;
  }

  /**
   * Follows a link, one step. What is no link, or has no number before its first {@code @}, comes
   * as it is.
   */
  public ResolvedEvent resolve(LogEvent event) {
    if (!event.isLink()) {
      return ResolvedEvent.of(event);
    }
    String target = StreamNames.decode(event.data());
    int at = target.indexOf('@');
    Matcher number = NUMBER.matcher(at < 0 ? target : target.substring(0, at));
    if (!number.matches()) {
      return ResolvedEvent.of(event);
    }
    try {
      long revision = Long.parseLong(number.group(1));
      return new ResolvedEvent(at < 0 ? null : target(target.substring(at + 1), revision), event);
    } catch (NumberFormatException _) {
      return ResolvedEvent.of(event);
    }
  }

  private @Nullable LogEvent target(String stream, long revision) {
    return readable(stream, revision == -1 ? stream(stream).lastRevision() : revision);
  }

  private interface Question<T> {
    T ask() throws SQLException;
  }

  private static <T> T ask(Question<T> question) {
    try {
      return question.ask();
    } catch (SQLException e) {
      throw new StorageException(e);
    }
  }

  private interface Lookup {
    @Nullable LogEvent find() throws SQLException;
  }

  private static @Nullable LogEvent find(Lookup lookup) {
    try {
      return lookup.find();
    } catch (SQLException e) {
      throw new StorageException(e);
    }
  }
}
