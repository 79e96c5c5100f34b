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
final class Catchup<S, D> {

  /** How many missing events are read, and then applied, at a time. */
  private static final int PAGE = 500;

  private final String name;
  private final int partition;
  private final Set<Long> batch = new HashSet<>();
  private final NavigableMap<Long, Recorded<S>> events = new TreeMap<>();

  private StoredDocument<D> stored = StoredDocument.nothing();
  private StoredDocument<D> folded = stored;
  private List<Change> changes = List.of();
  private int folds;
  private final List<Outcome.Poison> poisons = new ArrayList<>();

  /** Below it there is nothing left to apply: what is missing there is gone. */
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

  /**
   * What Redis holds now: everything up to there is done.
   *
   * @throws ForeignLog if the events are of another log than that was
   */
  void startFrom(StoredDocument<D> current) {
    events.values().forEach(current.fence()::check);
    stored = current;
    poisons.removeIf(poison -> poison.revision() > current.revision());
    events.headMap(current.revision(), true).clear();
  }

  /** Nothing more can be done for the stream. */
  void poison(RuntimeException cause) {
    poisons.add(poison(events.firstEntry().getValue(), cause, true));
  }

  /** The stream is held by an earlier event, which is not in this batch. */
  void holdBehind(Poisons.Poisoned earlier) {
    poisons.add(
        new Outcome.Poison(
            earlier.revision(), earlier.position(), new HeldBack(earlier.cause()), true));
  }

  /** It is not known what is missing before the events of the stream. */
  void miss() {
    poisons.add(new Outcome.Poison(events.firstKey(), -1, new Missing(), true));
  }

  private static Outcome.Poison poison(Recorded<?> event, Throwable cause, boolean holds) {
    return new Outcome.Poison(event.revision(), event.position(), cause, holds);
  }

  boolean isOpen() {
    return poisons.stream().noneMatch(Outcome.Poison::holds) && !events.isEmpty();
  }

  /** The first revision that is not applied. */
  long next() {
    return stored.revision() + 1;
  }

  /** Whether an event is missing before the next one. */
  boolean hasGap() {
    return events.firstKey() > Math.max(next(), floor);
  }

  /** How many events to read of it. */
  int missing() {
    return (int) Math.min(events.firstKey() - next(), PAGE);
  }

  /** Takes those that are missing from what its stream gave. */
  void fillFromStream(List<Recorded<S>> read) {
    gaps++;
    fill(read);
  }

  /** Takes those of the events that are missing; their order does not matter. */
  void fill(List<Recorded<S>> read) {
    long until = events.firstKey();
    for (Recorded<S> event : read) {
      if (event.revision() >= next() && event.revision() < until) {
        stored.fence().check(event);
        events.put(event.revision(), event);
      }
    }
  }

  /** What is missing before the next event is gone. */
  void skipGap() {
    floor = events.firstKey();
  }

  /** The position of the next event in the log. */
  long position() {
    return events.firstEntry().getValue().position();
  }

  /** Whether what is missing can't be before a position, because the last applied event is not. */
  boolean beginsAt(long position) {
    return position <= stored.position() && (stored.position() >= 0 || stored.revision() < 0);
  }

  /**
   * Folds the events that follow on the stored document without a gap.
   *
   * @return whether there is something to write
   */
  boolean fold(Projection<D> projection, Decoder<S> decoder, OnPoison onPoison, ReadModels models) {
    folded = stored;
    changes = new ArrayList<>();
    folds = 0;
    long expected = Math.max(next(), floor);
    for (Recorded<S> event : events.values()) {
      if (event.revision() != expected) {
        break;
      }
      try {
        folded = step(projection, event, decoder.decode(event), models);
      } catch (Throwable e) {
        if (e instanceof VirtualMachineError && !(e instanceof StackOverflowError)) {
          throw e;
        }
        poisons.add(poison(event, e, onPoison == OnPoison.HOLD));
        if (onPoison == OnPoison.HOLD) {
          break;
        }
        folded = folded.at(event);
      }
      folds++;
      expected++;
    }
    return folds > 0;
  }

  private StoredDocument<D> step(
      Projection<D> projection,
      Recorded<S> stored,
      List<? extends Recorded<?>> events,
      ReadModels models) {
    @Nullable D document = folded.document();
    List<Change> shared = new ArrayList<>();
    for (Recorded<?> event : events) {
      Changes<D> change = projection.apply(document, event);
      document = change.document();
      shared.addAll(change.shared());
    }
    StoredDocument<D> next = StoredDocument.of(stored, document, models);
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

  StoredDocument<D> stored() {
    return stored;
  }

  StoredDocument<D> folded() {
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

  /** What the last fold passed over. */
  List<Outcome.Poison> passedOver() {
    return poisons.stream()
        .filter(poison -> !poison.holds() && poison.revision() > stored.revision())
        .toList();
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
