package dev.foldline.embedded.persistent;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The consumers of a group, in the order they came, and which of them an event goes to. */
final class Consumers {
  private static final int BUCKET_BITS = 10;

  private final Strategy strategy;
  private final List<Consumer> all = new ArrayList<>();
  private final @Nullable Consumer[] owners = new Consumer[1 << BUCKET_BITS];
  private int turn;

  Consumers(Strategy strategy) {
    this.strategy = strategy;
  }

  List<Consumer> all() {
    return Collections.unmodifiableList(all);
  }

  int inFlight() {
    return all.stream().mapToInt(Consumer::inFlight).sum();
  }

  boolean haveFreeSlots() {
    return all.stream().anyMatch(consumer -> consumer.freeSlots() > 0);
  }

  void add(Consumer consumer) {
    all.add(consumer);
    spreadBuckets();
  }

  boolean remove(Consumer consumer) {
    var index = all.indexOf(consumer);
    if (index < 0) {
      return false;
    }
    all.remove(index);
    if (index < turn) {
      turn--;
    }
    spreadBuckets();
    return true;
  }

  /** The consumer an event goes to now; null if it has to wait. */
  @Nullable Consumer choose(Message message) {
    return switch (strategy) {
      case ROUND_ROBIN -> nextInTurn(message, 1);
      case DISPATCH_TO_SINGLE -> nextInTurn(message, 0);
      case PINNED, PINNED_BY_CORRELATION -> owner(message);
    };
  }

  private @Nullable Consumer nextInTurn(Message message, int step) {
    for (int i = 0; i < all.size(); i++) {
      var index = (turn + i) % all.size();
      if (all.get(index).canTake(message)) {
        turn = (index + step) % all.size();
        return all.get(index);
      }
    }
    return null;
  }

  private @Nullable Consumer owner(Message message) {
    // Fibonacci hashing: names that differ in their last character alone must not share an owner.
    var owner = owners[(message.event().pin() * 0x9E3779B9) >>> (Integer.SIZE - BUCKET_BITS)];
    return owner != null && owner.canTake(message) ? owner : null;
  }

  /** Gives each consumer its share of the buckets, moving no more of them than that takes. */
  private void spreadBuckets() {
    var share = all.isEmpty() ? 0 : Math.ceilDiv(owners.length, all.size());
    var left = new IdentityHashMap<Consumer, Integer>();
    all.forEach(consumer -> left.put(consumer, share));
    for (int bucket = 0; bucket < owners.length; bucket++) {
      var owner = owners[bucket];
      if (owner == null || left.getOrDefault(owner, 0) == 0) {
        owners[bucket] = null;
      } else {
        left.merge(owner, -1, Integer::sum);
      }
    }
    var poor = all.iterator();
    var next = poor.hasNext() ? poor.next() : null;
    for (int bucket = 0; bucket < owners.length && next != null; bucket++) {
      if (owners[bucket] != null) {
        continue;
      }
      while (left.getOrDefault(next, 0) == 0 && poor.hasNext()) {
        next = poor.next();
      }
      owners[bucket] = next;
      left.merge(next, -1, Integer::sum);
    }
  }
}
