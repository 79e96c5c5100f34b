package dev.foldline.eventstoredb.subscriptions;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries waiting, by stream: many streams can be in hand at once, each only once, and a
 * stream's events come in its order. Bounded by the server's buffer. Not safe for threads.
 */
final class StreamQueues {

  private static final Comparator<Delivery> BY_REVISION =
      Comparator.comparingLong(delivery -> delivery.event().revision());

  private final Map<String, StreamQueue> queues = new HashMap<>();
  private final Deque<StreamQueue> ready = new ArrayDeque<>();

  /** Those in hand, what was taken first before the others. */
  private final SequencedMap<Delivery, Batch> inHand = new LinkedHashMap<>();

  /** Those that were given up, whose consumer is not back from them. */
  private final Map<Delivery, Batch> late = new HashMap<>();

  private int batches;

  private static final class StreamQueue {
    final PriorityQueue<Delivery> waiting = new PriorityQueue<>(BY_REVISION);
    int inHand;
  }

  /** What was taken at once. */
  private static final class Batch {
    final long takenAt = System.nanoTime();
    int left;
  }

  /** What the server delivers again, although it is here, is not added. */
  void add(Delivery delivery) {
    StreamQueue queue = queues.computeIfAbsent(delivery.event().stream(), _ -> new StreamQueue());
    if (delivery.retries() > 0 && isHere(queue, delivery)) {
      return;
    }
    if (queue.inHand == 0 && queue.waiting.isEmpty()) {
      ready.add(queue);
    }
    queue.waiting.add(delivery);
  }

  private boolean isHere(StreamQueue queue, Delivery delivery) {
    return Stream.concat(
            queue.waiting.stream(), queue.inHand == 0 ? Stream.of() : inHand.keySet().stream())
        .anyMatch(delivery::isSameAs);
  }

  /** A delivery in hand waits again; released, its stream is ready. */
  void putBack(Delivery delivery) {
    queue(delivery).waiting.add(delivery.again());
  }

  /**
   * Takes deliveries in hand.
   *
   * @param limit how many at most
   * @param perStream how many of one stream at most
   */
  List<Delivery> take(int limit, int perStream) {
    if (ready.isEmpty()) {
      return List.of();
    }
    List<Delivery> taken = new ArrayList<>();
    Batch batch = new Batch();
    while (taken.size() < limit && !ready.isEmpty()) {
      StreamQueue queue = ready.poll();
      while (queue.inHand < perStream && taken.size() < limit && !queue.waiting.isEmpty()) {
        Delivery delivery = queue.waiting.poll();
        queue.inHand++;
        enter(delivery, batch);
        taken.add(delivery);
      }
    }
    return taken;
  }

  private void enter(Delivery delivery, Batch batch) {
    inHand.put(delivery, batch);
    if (batch.left++ == 0) {
      batches++;
    }
  }

  private void leave(@Nullable Batch batch) {
    if (batch != null && --batch.left == 0) {
      batches--;
    }
  }

  /** A delivery that was taken is not in hand any more. */
  void release(Delivery delivery) {
    StreamQueue queue = queue(delivery);
    leave(inHand.remove(delivery));
    if (--queue.inHand == 0) {
      if (queue.waiting.isEmpty()) {
        queues.remove(delivery.event().stream());
      } else {
        ready.add(queue);
      }
    }
  }

  private StreamQueue queue(Delivery delivery) {
    StreamQueue queue = queues.get(delivery.event().stream());
    if (queue == null || !inHand.containsKey(delivery)) {
      throw new IllegalStateException(delivery.event().stream() + " is not in hand");
    }
    return queue;
  }

  /** In the place of a delivery in hand comes another one. */
  void replace(Delivery givenUp, Delivery standIn) {
    late.put(givenUp, inHand.remove(givenUp));
    enter(standIn, new Batch());
  }

  /** The consumer is back from a delivery that was given up. */
  void back(Delivery givenUp) {
    leave(late.remove(givenUp));
  }

  /** What is in hand since before then, by {@link System#nanoTime}. */
  List<Delivery> takenBefore(long time) {
    return inHand.entrySet().stream()
        .takeWhile(entry -> entry.getValue().takenAt - time < 0)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Forgets what is not in hand. */
  void dropWaiting() {
    ready.clear();
    queues.values().removeIf(queue -> queue.inHand == 0);
    queues.values().forEach(queue -> queue.waiting.clear());
  }

  /** When the oldest event was written that waits or is in hand; null where there is none. */
  @Nullable Instant oldest() {
    return Stream.concat(
            inHand.keySet().stream(),
            queues.values().stream().flatMap(queue -> queue.waiting.stream()))
        .map(delivery -> delivery.event().time())
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  int inHand() {
    return inHand.size();
  }

  /** How many times that something was taken the consumer is not done with. */
  int batches() {
    return batches;
  }

  /** From how many given-up deliveries the consumer is not back. */
  int late() {
    return late.size();
  }

  /** Whether nothing waits, nor is in hand. */
  boolean isEmpty() {
    return queues.isEmpty();
  }

  boolean hasReady() {
    return !ready.isEmpty();
  }
}
