package dev.foldline.embedded.log;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where events that were written one after the other stand in the log. The writer adds to it, while
 * others look things up; they pass over what lies behind an end that they name.
 */
final class Generation {
  private final Map<Long, Run> runs = new ConcurrentHashMap<>();
  private int size;

  /** How many events it has, to the writer. */
  int size() {
    return size;
  }

  /** Adds an event, of the revision behind the stream's last or a tombstone. */
  void add(Place place) {
    runs.computeIfAbsent(place.stream(), _ -> new Run(place)).add(place);
    size++;
  }

  /** Forgets all behind a position, for the writer to begin anew from there. */
  void forgetBehind(long position) {
    size = 0;
    for (Run run : runs.values()) {
      run.forgetBehind(position);
      size += run.count();
    }
    runs.values().removeIf(run -> run.count() == 0);
  }

  /** All events, in the order of streams, and of revisions within one. */
  Stream<Place> inOrder() {
    return runs.values().stream()
        .sorted(Comparator.comparingLong(run -> run.stream))
        .flatMap(Run::places);
  }

  /** The highest revision of a stream up to a bound and an end; null if it has none. */
  @Nullable Long highest(long stream, long bound, long end) {
    Run run = runs.get(stream);
    return run == null ? null : run.highest(bound, end);
  }

  /** The position of an event up to an end; null if it has none. */
  @Nullable Long position(long stream, long revision, long end) {
    Run run = runs.get(stream);
    return run == null ? null : run.position(revision, end);
  }

  /** The lowest revision of a stream that it has ever had; null if that is none. */
  @Nullable Long lowest(long stream) {
    Run run = runs.get(stream);
    return run == null ? null : run.first;
  }

  /** A stream's events: revisions without a gap, and maybe its tombstone. */
  private static final class Run {
    private static final int FEW = 2;

    private final long stream;
    private final long first;
    private volatile long[] positions = new long[FEW];

    /** Is written behind the position that it counts, and read before it. */
    private volatile int size;

    /** The position, 0 without one. */
    private volatile long tombstone;

    private Run(Place first) {
      stream = first.stream();
      this.first = first.revision();
    }

    private void add(Place place) {
      if (place.revision() == LogEvent.TOMBSTONE_REVISION) {
        tombstone = place.position();
        return;
      }
      int count = size;
      if (count == positions.length) {
        positions = Arrays.copyOf(positions, 2 * count);
      }
      positions[count] = place.position();
      size = count + 1;
    }

    private void forgetBehind(long position) {
      size = countUpTo(size, position);
      if (tombstone > position) {
        tombstone = 0;
      }
    }

    private int count() {
      return tombstone == 0 ? size : size + 1;
    }

    /** How many of its first events lie up to an end: few lie behind it. */
    private int countUpTo(int most, long end) {
      long[] known = positions;
      int count = most;
      while (count > 0 && known[count - 1] > end) {
        count--;
      }
      return count;
    }

    private @Nullable Long highest(long bound, long end) {
      if (bound == LogEvent.TOMBSTONE_REVISION && position(bound, end) != null) {
        return bound;
      }
      int count = countUpTo(Math.clamp(bound - first, -1, size - 1) + 1, end);
      return count == 0 ? null : Long.valueOf(first + count - 1);
    }

    private @Nullable Long position(long revision, long end) {
      if (revision == LogEvent.TOMBSTONE_REVISION) {
        return upTo(end, tombstone);
      }
      long index = revision - first;
      return index < 0 || index >= size ? null : upTo(end, positions[(int) index]);
    }

    private static @Nullable Long upTo(long end, long position) {
      return position == 0 || position > end ? null : position;
    }

    private Stream<Place> places() {
      Stream<Place> events =
          LongStream.range(0, size)
              .mapToObj(index -> new Place(stream, first + index, positions[(int) index]));
      return tombstone == 0
          ? events
          : Stream.concat(
              events, Stream.of(new Place(stream, LogEvent.TOMBSTONE_REVISION, tombstone)));
    }
  }
}
