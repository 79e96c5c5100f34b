package dev.foldline.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.foldline.core.Change;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.View;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A document that events name, on its way through a batch. It knows by itself what is in it: by
 * stream the revision of the last event; and it is replaced only where it still has as many events
 * as it was read with. Belongs to one batch; its calls come one at a time.
 */
final class KeyDocument<D> implements Documents.Entry {

  private final String key;
  private long before;
  private long count;
  private SortedMap<String, Long> revisions = new TreeMap<>();
  private @Nullable D state;
  private String json = "null";
  private List<Change> changes = new ArrayList<>();
  private @Nullable RuntimeException unreadable;
  private boolean metAgain;

  KeyDocument(String key) {
    this.key = key;
  }

  String key() {
    return key;
  }

  /**
   * Takes over what Redis has: how many events, by stream the revision of the last one, JSON. What
   * can't be read, nothing can be made of.
   */
  void startFrom(String text, ReadModels models, Class<D> type) {
    try {
      parse(text, models, type);
    } catch (RuntimeException e) {
      unreadable = e;
    }
  }

  private void parse(String text, ReadModels models, Class<D> type) {
    if (text.isEmpty()) {
      return;
    }
    String[] parts = text.split(" ", 3);
    before = Long.parseLong(parts[0]);
    count = before;
    for (String last : parts[1].split(",", -1)) {
      int at = last.indexOf('@');
      revisions.put(
          URLDecoder.decode(last.substring(0, at), UTF_8), Long.parseLong(last.substring(at + 1)));
    }
    json = parts[2];
    state = models.read(json, type);
  }

  /** The document for queries. */
  static <D> Optional<View<D>> view(String key, String text, ReadModels models, Class<D> type) {
    KeyDocument<D> found = new KeyDocument<>(key);
    found.parse(text, models, type);
    return Optional.ofNullable(found.state).map(state -> new View<>(key, found.count, state));
  }

  /** Whether an event is in it. */
  boolean has(Recorded<?> event) {
    return revisions.getOrDefault(event.stream(), -1L) >= event.revision();
  }

  /**
   * What an event makes of it; changes nothing.
   *
   * @param events that the stored one is by now
   */
  Step<D> next(Projection<D> projection, List<Recorded<?>> events, ReadModels models) {
    if (unreadable != null) {
      throw unreadable;
    }
    String stream = events.getFirst().stream();
    if (revisions.size() >= Projection.OfKeys.MAX_STREAMS && !revisions.containsKey(stream)) {
      throw new IllegalStateException(
          "the document '%s' has events of %d streams, the most there may be: none of %s besides"
              .formatted(key, Projection.OfKeys.MAX_STREAMS, stream));
    }
    return Step.of(projection, state, events, models);
  }

  /** Puts an event into it. */
  void take(Recorded<?> event, Step<D> next) {
    count++;
    revisions.put(event.stream(), event.revision());
    state = next.state();
    json = next.json();
    changes.addAll(next.changes());
  }

  /** An event came that it has. */
  void meetAgain() {
    metAgain = true;
  }

  boolean isMetAgain() {
    return metAgain;
  }

  boolean isChanged() {
    return count > before;
  }

  @Override
  public String field() {
    return Layout.document(key);
  }

  @Override
  public int partition() {
    return Layout.partition(key);
  }

  @Override
  public String expected() {
    return before == 0 ? "" : Long.toString(before);
  }

  @Override
  public String text() {
    return revisions.entrySet().stream()
        .map(last -> URLEncoder.encode(last.getKey(), UTF_8) + "@" + last.getValue())
        .collect(joining(",", count + " ", " " + json));
  }

  @Override
  public List<Change> changes() {
    return changes;
  }

  @Override
  public String toString() {
    return key;
  }
}
