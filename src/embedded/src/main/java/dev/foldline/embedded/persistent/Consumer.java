package dev.foldline.embedded.persistent;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A consumer as its group sees it: what it holds and how much more it may hold. */
final class Consumer {
  private final int capacity;
  private final Instant connectedAt;
  private final SequencedMap<UUID, Message> inFlight = new LinkedHashMap<>();
  private final Throughput throughput;
  private final Latencies latencies = new Latencies();

  /**
   * A consumer that holds nothing yet.
   *
   * @param capacity most events it may hold unacknowledged
   */
  Consumer(int capacity, Instant now) {
    this.capacity = capacity;
    this.connectedAt = now;
    this.throughput = new Throughput(now);
  }

  int freeSlots() {
    return capacity - inFlight.size();
  }

  int inFlight() {
    return inFlight.size();
  }

  /**
   * False also for an event whose id it already holds: an acknowledgement of that id could not tell
   * the two apart.
   */
  boolean canTake(Message message) {
    return inFlight.size() < capacity && !inFlight.containsKey(message.event().id());
  }

  void take(Message message, Instant now) {
    message.delivered(now);
    inFlight.put(message.event().id(), message);
    throughput.count();
  }

  boolean holds(Message message) {
    return inFlight.get(message.event().id()) == message;
  }

  /** Takes back an event that the consumer has answered; null if it does not hold it. */
  @Nullable Message release(UUID id, Instant now) {
    var message = inFlight.remove(id);
    if (message != null) {
      latencies.record(Duration.between(message.deliveredAt(), now));
    }
    return message;
  }

  List<Message> releaseAll() {
    var released = List.copyOf(inFlight.values());
    inFlight.clear();
    return released;
  }

  /** Takes back what it has held for {@code timeout} or longer. */
  List<Message> releaseExpired(Instant now, Duration timeout) {
    var expired = new ArrayList<Message>();
    for (var message : inFlight.values()) {
      if (message.deliveredAt().plus(timeout).isAfter(now)) {
        break;
      }
      expired.add(message);
    }
    expired.forEach(message -> inFlight.remove(message.event().id()));
    return expired;
  }

  Throughput throughput() {
    return throughput;
  }

  Latencies latencies() {
    return latencies;
  }

  Instant connectedAt() {
    return connectedAt;
  }
}
