package dev.foldline.embedded.persistent;

import dev.foldline.embedded.persistent.GroupEffect.ReadParked;
import dev.foldline.embedded.persistent.GroupEffect.TruncateParked;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * Parked events on their way back to consumers. They are read page by page and then left out of the
 * parked stream, which remembers from where on some may be unsettled: those are parked again if the
 * group ends before.
 */
final class ParkedReplay {
  private static final int MOST_WAITING = 500;

  private final GroupSettings settings;

  /** Events that are not in the parked stream any more, and not settled either. */
  private final SequencedSet<Message> unsettled = new LinkedHashSet<>();

  private long sequence;
  private OptionalLong unsettledFrom = OptionalLong.empty();
  private long replayedUntil;
  private @Nullable Range range;

  /** Revisions of the parked stream that are still to be read, and whether some are being read. */
  private record Range(long next, long until, boolean reading) {}

  ParkedReplay(GroupSettings settings) {
    this.settings = settings;
  }

  /** Begins with the events between two revisions; does nothing while an earlier replay goes on. */
  void begin(long from, long until) {
    if (range == null && from < until) {
      range = new Range(from, until, false);
    }
  }

  /** An event was read back, which consumers have to settle. */
  Message enter(GroupEvent event) {
    var message = Message.replayed(event, ++sequence);
    unsettled.add(message);
    return message;
  }

  /** A read is over, and all its events have been entered; the next one begins at a revision. */
  Optional<TruncateParked> read(long next) {
    var read = range;
    if (read == null) {
      return Optional.empty();
    }
    if (unsettledFrom.isEmpty() && !unsettled.isEmpty()) {
      unsettledFrom = OptionalLong.of(read.next);
    }
    replayedUntil = next;
    range = next < read.until ? new Range(next, read.until, false) : null;
    return Optional.of(new TruncateParked(next, unsettledFrom));
  }

  /** A read failed: what was not replayed yet stays parked. */
  void failed() {
    range = null;
  }

  void settle(Message message) {
    unsettled.remove(message);
  }

  /** That all are settled, if that is so and the parked stream does not know it yet. */
  Optional<TruncateParked> end() {
    if (range != null || unsettledFrom.isEmpty() || !unsettled.isEmpty()) {
      return Optional.empty();
    }
    unsettledFrom = OptionalLong.empty();
    return Optional.of(new TruncateParked(replayedUntil, unsettledFrom));
  }

  /**
   * The page to read back now, if there is one and room for it.
   *
   * @param waiting how many events wait to be delivered again
   * @param room whether the group may hold more bytes
   */
  Optional<ReadParked> next(int waiting, boolean room) {
    var read = range;
    if (read == null || read.reading || waiting >= MOST_WAITING || !room) {
      return Optional.empty();
    }
    range = new Range(read.next, read.until, true);
    return Optional.of(new ReadParked(read.next, read.until, settings.pageSize()));
  }

  List<Message> unsettled() {
    return List.copyOf(unsettled);
  }

  long replayedUntil() {
    return replayedUntil;
  }
}
