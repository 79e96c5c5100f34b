package dev.foldline.redis;

import static java.util.stream.Collectors.groupingBy;

import dev.foldline.core.Recorded;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events that are missing before those of a batch: from their stream or, where that does
 * not give them any more, from the log. What neither has is gone, if that is known for sure; else
 * its stream waits. Safe for use by many threads.
 */
final class Gaps<S, D> {

  private static final int READS_AT_ONCE = 8;

  /** How many pages of the log are read back for what was delivered to another instance. */
  private static final int LOOK_BACK = 40;

  private static final int PAGE = 500;

  private final History<S> history;
  private final Poisons poisons;

  Gaps(History<S> history, Poisons poisons) {
    this.history = history;
    this.poisons = poisons;
  }

  /** Has streams go on without the gap that each has. */
  Uni<Void> fill(List<Catchup<S, D>> streams, Order order) {
    return streams.isEmpty()
        ? Uni.createFrom().voidItem()
        : fillFromStreams(streams)
            .chain(() -> fillOtherwise(streams.stream().filter(Catchup::hasGap).toList(), order));
  }

  /** A stream that gives nothing is no store that is away. */
  private Uni<Void> fillFromStreams(List<Catchup<S, D>> streams) {
    return Multi.createFrom()
        .iterable(streams)
        .onItem()
        .transformToUni(
            stream ->
                history.stream()
                    .read(stream.name(), stream.next(), stream.missing())
                    .onFailure(Gaps::isOfThisRead)
                    .recoverWithItem(List.of())
                    .invoke(stream::fillFromStream))
        .merge(READS_AT_ONCE)
        .collect()
        .last()
        .replaceWithVoid();
  }

  private static boolean isOfThisRead(Throwable failure) {
    return !(failure instanceof Unavailable || failure instanceof ForeignLog);
  }

  /** What streams don't give any more was dropped, or deleted before it was applied. */
  private Uni<Void> fillOtherwise(List<Catchup<S, D>> streams, Order order) {
    if (streams.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    return switch (order) {
      case FROM_FENCE -> skipGaps(streams);
      case LOG -> holdBack(streams).chain(this::skipGaps);
      case DELIVERED -> holdBack(streams).chain(this::lookBack);
    };
  }

  private Uni<Void> skipGaps(List<Catchup<S, D>> streams) {
    streams.forEach(Catchup::skipGap);
    return Uni.createFrom().voidItem();
  }

  /** Has those wait that are held by an event that can't be applied; the others go on. */
  private Uni<List<Catchup<S, D>>> holdBack(List<Catchup<S, D>> streams) {
    return poisons
        .held(streams.stream().map(Catchup::name).toList())
        .map(
            held ->
                streams.stream()
                    .filter(
                        stream -> {
                          Poisons.@Nullable Poisoned by = held.get(stream.name());
                          if (by == null || by.revision() < stream.next()) {
                            return true;
                          }
                          stream.holdBehind(by);
                          return false;
                        })
                    .toList());
  }

  private Uni<Void> lookBack(List<Catchup<S, D>> streams) {
    return lookBack(streams, streams.stream().mapToLong(Catchup::position).max().orElse(-1), 1);
  }

  /** Reads the log back to the last applied event of each stream: what it has not, is gone. */
  private Uni<Void> lookBack(List<Catchup<S, D>> streams, long before, int page) {
    if (streams.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    if (before < 0 || page > LOOK_BACK) {
      return miss(streams);
    }
    return history
        .log()
        .before(before, PAGE)
        .chain(
            events -> {
              long reached = events.isEmpty() ? -1 : events.getLast().position();
              return lookBack(stillMissing(streams, events, reached), reached, page + 1);
            })
        .onFailure(Gaps::isOfThisRead)
        .recoverWithUni(() -> miss(streams));
  }

  private List<Catchup<S, D>> stillMissing(
      List<Catchup<S, D>> streams, List<Recorded<S>> read, long reached) {
    Map<String, List<Recorded<S>>> found = read.stream().collect(groupingBy(Recorded::stream));
    List<Catchup<S, D>> still = new ArrayList<>();
    for (Catchup<S, D> stream : streams) {
      stream.fill(found.getOrDefault(stream.name(), List.of()));
      if (stream.hasGap()) {
        if (stream.beginsAt(reached)) {
          stream.skipGap();
        } else {
          still.add(stream);
        }
      }
    }
    return still;
  }

  private Uni<Void> miss(List<Catchup<S, D>> streams) {
    streams.forEach(Catchup::miss);
    return Uni.createFrom().voidItem();
  }
}
