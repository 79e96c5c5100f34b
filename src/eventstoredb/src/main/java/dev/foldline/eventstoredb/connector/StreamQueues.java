package dev.foldline.eventstoredb.connector;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries waiting, by stream: many streams can be in hand at once, each only once, and a
 * stream's events come in its order. Bounded by the server's buffer. Not safe for threads.
 */
final class StreamQueues {

  private final Map<String, Lane> lanes = new HashMap<>();
  private final Deque<Lane> ready = new ArrayDeque<>();
  private int inHand;

  private static final class Lane {
    final PriorityQueue<Delivery> waiting =
        new PriorityQueue<>(
            Comparator.<Delivery>comparingLong(delivery -> delivery.event().revision()));
    final Set<Delivery> inHand = new HashSet<>();

    Stream<Delivery> all() {
      return Stream.concat(inHand.stream(), waiting.stream());
    }
  }

  void add(Delivery delivery) {
    Lane lane = lanes.computeIfAbsent(delivery.event().stream(), _ -> new Lane());
    if (lane.inHand.isEmpty() && lane.waiting.isEmpty()) {
      ready.add(lane);
    }
    lane.waiting.add(delivery);
  }

  /** A delivery in hand waits again; released, its stream is ready. */
  void putBack(Delivery delivery) {
    lane(delivery).waiting.add(delivery);
  }

  /**
   * Takes deliveries in hand.
   *
   * @param limit how many at most
   * @param perStream how many of one stream at most
   */
  List<Delivery> take(int limit, int perStream) {
    List<Delivery> taken = new ArrayList<>();
    while (taken.size() < limit && !ready.isEmpty()) {
      Lane lane = ready.poll();
      while (lane.inHand.size() < perStream && taken.size() < limit && !lane.waiting.isEmpty()) {
        Delivery delivery = lane.waiting.poll();
        lane.inHand.add(delivery);
        taken.add(delivery);
        inHand++;
      }
    }
    return taken;
  }

  /** A delivery that was taken is not in hand any more. */
  void release(Delivery delivery) {
    Lane lane = lane(delivery);
    inHand--;
    lane.inHand.remove(delivery);
    if (lane.inHand.isEmpty()) {
      if (lane.waiting.isEmpty()) {
        lanes.remove(delivery.event().stream());
      } else {
        ready.add(lane);
      }
    }
  }

  private Lane lane(Delivery delivery) {
    Lane lane = lanes.get(delivery.event().stream());
    if (lane == null || !lane.inHand.contains(delivery)) {
      throw new IllegalStateException(delivery.event().stream() + " is not in hand");
    }
    return lane;
  }

  /** Forgets what is not in hand. */
  void dropWaiting() {
    ready.clear();
    lanes.values().removeIf(lane -> lane.inHand.isEmpty());
    lanes.values().forEach(lane -> lane.waiting.clear());
  }

  /** When the oldest event was written that waits or is in hand; null where there is none. */
  @Nullable Instant oldest() {
    return lanes.values().stream()
        .flatMap(Lane::all)
        .map(delivery -> delivery.event().time())
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  int inHand() {
    return inHand;
  }

  boolean hasReady() {
    return !ready.isEmpty();
  }
}
