package dev.foldline.embedded.log;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where the ids of the most recent events stand in their streams: what makes a repeated append
 * recognisable.
 */
final class RecentIds {
  static final int CAPACITY = 65_536;

  private record Key(long stream, UUID id) {}

  private final Map<Key, Long> revisions =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Long> eldest) {
          return size() > CAPACITY;
        }
      };

  /** Where an id stands twice in a stream, its first place counts. */
  void add(long stream, UUID id, long revision) {
    revisions.putIfAbsent(new Key(stream, id), revision);
  }

  @Nullable Long revision(long stream, UUID id) {
    return revisions.get(new Key(stream, id));
  }

  void clear() {
    revisions.clear();
  }
}
