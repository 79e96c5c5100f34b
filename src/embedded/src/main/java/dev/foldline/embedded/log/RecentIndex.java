package dev.foldline.embedded.log;

import java.util.Map.Entry;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the newest events stand in the log, as of one moment. Of a stream that is in it, it has all
 * revisions from some one on; what lies before that is in SQLite's index.
 *
 * <p>While the writer adds to the maps, a reader passes over what lies behind its end.
 *
 * @param older positions of a generation that is on its way to SQLite's index or there already
 * @param newer positions of everything that was written after it
 * @param end the last position that is to be seen
 */
record RecentIndex(NavigableMap<Place, Long> older, NavigableMap<Place, Long> newer, long end) {

  static RecentIndex empty() {
    return new RecentIndex(
        new ConcurrentSkipListMap<>(), new ConcurrentSkipListMap<>(), Long.MAX_VALUE);
  }

  RecentIndex endingAt(long position) {
    return new RecentIndex(older, newer, position);
  }

  /** The highest revision of a stream up to a bound; null if SQLite has to be asked. */
  @Nullable Long highest(long stream, long bound) {
    Long found = highest(newer, new Place(stream, bound));
    return found != null ? found : highest(older, new Place(stream, bound));
  }

  private @Nullable Long highest(NavigableMap<Place, Long> index, Place bound) {
    Entry<Place, Long> entry = index.floorEntry(bound);
    while (entry != null && entry.getKey().stream() == bound.stream()) {
      if (entry.getValue() <= end) {
        return entry.getKey().revision();
      }
      entry = index.lowerEntry(entry.getKey());
    }
    return null;
  }

  /** The position of an event; null if SQLite has to be asked. */
  @Nullable Long position(long stream, long revision) {
    Place place = new Place(stream, revision);
    Long position = newer.get(place);
    if (position == null) {
      position = older.get(place);
    }
    return position == null || position > end ? null : position;
  }

  /** Where the events of a range of revisions (inclusive) are, lowest first, if it is here. */
  Stream<Entry<Place, Long>> forwards(long stream, long low, long high) {
    return Stream.concat(range(older, stream, low, high), range(newer, stream, low, high));
  }

  /** The same, highest first. */
  Stream<Entry<Place, Long>> backwards(long stream, long high, long low) {
    return Stream.concat(
        range(newer.descendingMap(), stream, high, low),
        range(older.descendingMap(), stream, high, low));
  }

  private Stream<Entry<Place, Long>> range(
      NavigableMap<Place, Long> index, long stream, long first, long last) {
    return index
        .subMap(new Place(stream, first), true, new Place(stream, last), true)
        .entrySet()
        .stream()
        .filter(entry -> entry.getValue() <= end);
  }
}
