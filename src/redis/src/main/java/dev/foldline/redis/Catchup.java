package dev.foldline.redis;

import dev.foldline.core.Change;
import dev.foldline.core.Recorded;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One stream on its way through a batch: from the document it has to the one with all events of the
 * batch in it. Belongs to one batch; its calls come one at a time.
 */
final class Catchup<S, D> implements Documents.Entry {

  /** How many missing events are read, and then applied, at a time. */
  private static final int PAGE = 500;

  private final String name;
  private final int partition;
  private final Set<Long> batch = new HashSet<>();
  private final NavigableMap<Long, Recorded<S>> events = new TreeMap<>();

  private StoredDocument<D> stored = StoredDocument.nothing();
  private StoredDocument<D> folded = stored;
  private List<Change> changes = List.of();
  private final List<Applied.Poison> poisons = new ArrayList<>();

  /** Whether its events are looked at too that the fence is beyond. */
  private final boolean again;

  /** The first revision that is not looked at. */
  private long next;

  /** The last revision of what was folded. */
  private long reached = -1;

  /** The revisions behind the fence of events that had an effect all the same. */
  private Set<Long> took = Set.of();

  /** Below it there is nothing left to apply: what is missing there is gone. */
  private long floor;

  private boolean behind;
  private int applied;
  private int appliedOfBatch;
  private int gaps;

  Catchup(String name, boolean again) {
    this.name = name;
    this.again = again;
    this.partition = Layout.partition(name);
  }

  String name() {
    return name;
  }

  @Override
  public String field() {
    return name;
  }

  @Override
  public int partition() {
    return partition;
  }

  void offer(Recorded<S> event) {
    events.put(event.revision(), event);
    batch.add(event.revision());
  }

  /**
   * What Redis holds now: everything up to there is done, and at most looked at again.
   *
   * @throws ForeignLog if the events are of another log than that was
   */
  void startFrom(StoredDocument<D> current) {
    events.values().forEach(current.fence()::check);
    stored = current;
    next = current.revision() + 1;
    if (again && !events.isEmpty()) {
      next = Math.min(next, events.firstKey());
    }
    poisons.removeIf(poison -> poison.revision() >= next);
    NavigableMap<Long, Recorded<S>> done = events.headMap(next, false);
    behind |= !done.isEmpty();
    done.clear();
  }

  /** Whether an event of it was found behind the fence: somebody has applied it before. */
  boolean wasBehind() {
    return behind;
  }

  /** Nothing more can be done for the stream. */
  void poison(RuntimeException cause) {
    poisons.add(poison(events.firstEntry().getValue(), cause, true));
  }

  /** The stream is held by an earlier event, which is not in this batch. */
  void holdBehind(Poisons.Poisoned earlier) {
    poisons.add(
        new Applied.Poison(
            earlier.revision(), earlier.position(), new HeldBack(earlier.cause()), true));
  }

  /** It is not known what is missing before the events of the stream. */
  void miss() {
    poisons.add(new Applied.Poison(events.firstKey(), -1, new Missing(), true));
  }

  private static Applied.Poison poison(Recorded<?> event, Throwable cause, boolean holds) {
    return new Applied.Poison(event.revision(), event.position(), cause, holds);
  }

  boolean isOpen() {
    return poisons.stream().noneMatch(Applied.Poison::holds) && !events.isEmpty();
  }

  /** The first revision that is not applied, or to be looked at again. */
  long next() {
    return next;
  }

  /** Whether an event is missing before the next one. */
  boolean hasGap() {
    return events.firstKey() > begin();
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

  /** The first revision to fold. */
  long begin() {
    return Math.max(next(), floor);
  }

  /** Those that are not applied, in their order. */
  Collection<Recorded<S>> events() {
    return events.values();
  }

  /** An event that was to be folded can't be. */
  void poison(Recorded<S> event, Throwable cause, OnPoison onPoison) {
    if (cause instanceof VirtualMachineError fatal && !(cause instanceof StackOverflowError)) {
      throw fatal;
    }
    poisons.add(poison(event, cause, onPoison == OnPoison.HOLD));
  }

  /** What its events were folded to. */
  void folded(StoredDocument<D> document, List<Change> with) {
    folded = document;
    changes = with;
    reached = document.revision();
  }

  /** Whether it is this event that holds the stream. */
  boolean isHeldBy(Recorded<S> event) {
    return poisons.stream()
        .anyMatch(poison -> poison.holds() && poison.revision() == event.revision());
  }

  /** A document has an event that it did not have. */
  void took(Recorded<S> event) {
    took = took.isEmpty() ? new HashSet<>() : took;
    took.add(event.revision());
  }

  /**
   * Its events up to one are in their documents, and the next one is not: the fence is to follow,
   * or to go back where it is beyond one that can't be applied.
   *
   * @param last null where not even the first is
   * @param held whether the next one can't be applied; else what was found behind it is not sure
   */
  void through(@Nullable Recorded<S> last, boolean held) {
    reached = last == null ? next - 1 : last.revision();
    if (!held) {
      poisons.removeIf(poison -> poison.revision() > reached);
    }
    if (reached > stored.revision() || (held && reached < stored.revision())) {
      folded = StoredDocument.at(new Fence(reached, last == null ? -1 : last.position()));
    } else {
      folded = stored;
    }
  }

  /** Whether the fence is to be another. */
  boolean isMoved() {
    return folded.revision() != stored.revision();
  }

  /** What was folded is in Redis. */
  void written() {
    long before = stored.revision();
    stored = folded;
    next = reached + 1;
    NavigableMap<Long, Recorded<S>> done = events.headMap(reached, true);
    for (Long revision : done.keySet()) {
      if (revision > before || took.contains(revision)) {
        applied++;
        appliedOfBatch += batch.contains(revision) ? 1 : 0;
      }
    }
    done.clear();
  }

  StoredDocument<D> stored() {
    return stored;
  }

  @Override
  public String expected() {
    return stored.expected();
  }

  @Override
  public String text() {
    return folded.format();
  }

  @Override
  public List<Change> changes() {
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

  List<Applied.Poison> poisons() {
    return poisons;
  }

  /** What the last fold passed over. */
  List<Applied.Poison> passedOver() {
    return poisons.stream().filter(poison -> !poison.holds() && poison.revision() >= next).toList();
  }

  /** How many events of the batch are not applied. */
  int unsettled() {
    return (int) events.keySet().stream().filter(batch::contains).count();
  }

  @Override
  public String toString() {
    return name;
  }
}
