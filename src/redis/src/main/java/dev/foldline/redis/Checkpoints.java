package dev.foldline.redis;

import static java.util.stream.Collectors.toMap;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints that an instance knows to be true of the Redis that it wrote to, for the day when
 * it finds another one in charge: that one need not have what was written lately, and a checkpoint
 * that others have kept in it says nothing of what this instance wrote elsewhere.
 *
 * <p>The last thousand positions are known, which is half an hour of writing. Safe for use by many
 * threads.
 */
public final class Checkpoints {

  private static final int MOST = 1_000;

  private final Deque<Known> known = new ArrayDeque<>();
  private boolean complete = true;
  private @Nullable Checkpoint last;

  /**
   * A position that all events up to it had been written, when histories had come to offsets.
   *
   * @param written by history
   */
  private record Known(long position, Map<String, Long> written) {

    static Known of(Checkpoint checkpoint) {
      return new Known(
          checkpoint.position(),
          checkpoint.parts().stream()
              .collect(toMap(Replication::history, Replication::offset, Math::max)));
    }

    boolean isIn(List<Replication> parts) {
      return written.entrySet().stream()
          .allMatch(
              each -> parts.stream().anyMatch(part -> part.has(each.getKey(), each.getValue())));
    }
  }

  /** The last one of all. */
  public synchronized Optional<Checkpoint> last() {
    return Optional.ofNullable(last);
  }

  /** Begins with the checkpoint of a build, or goes on with it. */
  public synchronized void add(Checkpoint checkpoint) {
    if (last != null && !last.build().equals(checkpoint.build())) {
      known.clear();
      complete = true;
    }
    last = checkpoint;
    Known next = Known.of(checkpoint);
    Known before = known.peekLast();
    if (before != null
        && before.position() == next.position()
        && before.written().keySet().equals(next.written().keySet())) {
      return; // the first offset at which it was true says more
    }
    known.addLast(next);
    if (known.size() > MOST) {
      known.removeFirst();
      complete = false;
    }
  }

  /** As {@link #add}, if the one that it follows still is the last one. */
  public synchronized void add(Checkpoint checkpoint, Checkpoint before) {
    if (before.equals(last)) {
      add(checkpoint);
    }
  }

  /**
   * What a checkpoint that is found in Redis is worth, given what this instance wrote.
   *
   * @return the same; or, if that was to another Redis, the last one that is true of both
   */
  public synchronized Checkpoint judge(Checkpoint found) {
    if (last == null || !last.build().equals(found.build())) {
      return found;
    }
    Set<String> gone = new HashSet<>(known.getLast().written().keySet());
    found.histories().forEach(gone::remove);
    return gone.isEmpty() ? found : found.backTo(lastIn(found, gone, last.position()));
  }

  /** The last position of which it is sure that everything up to it came to another Redis. */
  private long lastIn(Checkpoint found, Set<String> gone, long latest) {
    Iterator<Known> backwards = known.descendingIterator();
    while (backwards.hasNext()) {
      Known each = backwards.next();
      if (each.isIn(found.parts())) {
        return each.position();
      }
    }
    if (found.keptIn().containsAll(gone)) {
      return latest; // what was found is from where this instance wrote
    }
    return complete ? known.getFirst().position() : -1;
  }
}
