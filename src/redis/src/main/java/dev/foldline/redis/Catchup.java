package dev.foldline.redis;

import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One stream on its way through a batch: from the document it has to the one with all events of the
 * batch in it. Belongs to one batch; its calls come one at a time.
 */
final class Catchup<S, D, E> {

  /** How many missing events are read, and then applied, at a time. */
  private static final int PAGE = 500;

  private final String name;
  private final int partition;
  private final Set<Long> batch = new HashSet<>();
  private final NavigableMap<Long, Recorded<S>> events = new TreeMap<>();

  private Stored<D> stored = Stored.nothing();
  private Stored<D> folded = stored;
  private List<Change> changes = List.of();
  private int folds;
  private final List<Outcome.Poison> poisons = new ArrayList<>();

  /** Below it the store has no events that are not applied: it has dropped them. */
  private long floor;

  private int applied;
  private int appliedOfBatch;
  private int gaps;

  Catchup(String name) {
    this.name = name;
    this.partition = Layout.partition(name);
  }

  String name() {
    return name;
  }

  int partition() {
    return partition;
  }

  void offer(Recorded<S> event) {
    events.put(event.revision(), event);
    batch.add(event.revision());
  }

  /** What Redis holds now: everything up to there is done. */
  void startFrom(Stored<D> current) {
    stored = current;
    poisons.removeIf(poison -> poison.revision() > current.revision());
    events.headMap(current.revision(), true).clear();
  }

  /** Nothing more can be done for the stream. */
  void poison(RuntimeException cause) {
    poisons.add(new Outcome.Poison(events.firstKey(), cause, true));
  }

  boolean isOpen() {
    return poisons.stream().noneMatch(Outcome.Poison::holds) && !events.isEmpty();
  }

  /** The first revision that is not applied. */
  long next() {
    return stored.revision() + 1;
  }

  boolean hasGap() {
    return events.firstKey() > Math.max(next(), floor);
  }

  int missing() {
    return (int) Math.min(events.firstKey() - next(), PAGE);
  }

  void fillGap(List<Recorded<S>> read) {
    gaps++;
    long until = events.firstKey();
    floor = read.isEmpty() ? until : Math.min(until, read.getFirst().revision());
    for (Recorded<S> event : read) {
      if (event.revision() < until) {
        events.put(event.revision(), event);
      }
    }
  }

  /**
   * Folds the events that follow on the stored document without a gap.
   *
   * @return whether there is something to write
   */
  boolean fold(
      Projection<D, E> projection, Decoder<S, E> decoder, OnPoison onPoison, ReadModels models) {
    folded = stored;
    changes = new ArrayList<>();
    folds = 0;
    long expected = Math.max(next(), floor);
    for (Recorded<S> event : events.values()) {
      if (event.revision() != expected) {
        break;
      }
      try {
        folded = step(projection, event.revision(), decoder.decode(event), models);
      } catch (Throwable e) {
        if (e instanceof VirtualMachineError && !(e instanceof StackOverflowError)) {
          throw e;
        }
        poisons.add(new Outcome.Poison(event.revision(), e, onPoison == OnPoison.HOLD));
        if (onPoison == OnPoison.HOLD) {
          break;
        }
        folded = folded.at(event.revision());
      }
      folds++;
      expected++;
    }
    return folds > 0;
  }

  private Stored<D> step(
      Projection<D, E> projection, long revision, List<Recorded<E>> events, ReadModels models) {
    @Nullable D document = folded.document();
    List<Change> shared = new ArrayList<>();
    for (Recorded<E> event : events) {
      Changes<D> change = projection.project().apply(document, event);
      document = change.document();
      shared.addAll(change.shared());
    }
    Stored<D> next = Stored.of(revision, document, models);
    changes.addAll(shared);
    return next;
  }

  /** What was folded is in Redis. */
  void written() {
    stored = folded;
    applied += folds;
    NavigableMap<Long, Recorded<S>> done = events.headMap(folded.revision(), true);
    appliedOfBatch += count(done);
    done.clear();
  }

  private int count(Map<Long, Recorded<S>> some) {
    return (int) some.keySet().stream().filter(batch::contains).count();
  }

  Stored<D> stored() {
    return stored;
  }

  Stored<D> folded() {
    return folded;
  }

  List<Change> changes() {
    return changes;
  }

  int applied() {
    return applied;
  }

  int appliedOfBatch() {
    return appliedOfBatch;
  }

  int gaps() {
    return gaps;
  }

  List<Outcome.Poison> poisons() {
    return poisons;
  }

  /** How many events of the batch are not applied. */
  int unsettled() {
    return count(events);
  }

  @Override
  public String toString() {
    return name;
  }
}
