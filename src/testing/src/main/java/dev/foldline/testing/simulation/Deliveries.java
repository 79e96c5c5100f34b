package dev.foldline.testing.simulation;

import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The events that are delivered to one reaction: those of a stream one after another, as each
 * before is settled. Used by one thread at a time.
 */
final class Deliveries<E> {

  private final World world;
  private final Reaction<E> reaction;

  /** By their streams; the first one is under way. */
  private final Map<String, Deque<Recorded<E>>> unsettled = new HashMap<>();

  private final List<Recorded<E>> delivered = new ArrayList<>();
  private int seen;

  Deliveries(World world, Reaction<E> reaction) {
    this.world = world;
    this.reaction = reaction;
  }

  /** Delivers what is new in the log. */
  void deliver(Chance chance) {
    List<Recorded<Object>> all = world.log().all();
    for (; seen < all.size(); seen++) {
      Recorded<Object> event = all.get(seen);
      if (reaction.category().isOf(event.stream()) && !(event.event() instanceof Log.Mark)) {
        queue(event.map(reaction.category().family()::cast), chance);
      }
    }
  }

  /** Another instance is given it at once, and again when it is its turn. */
  private void queue(Recorded<E> event, Chance chance) {
    Deque<Recorded<E>> those = unsettled.computeIfAbsent(event.stream(), _ -> new ArrayDeque<>());
    those.add(event);
    if (those.size() == 1) {
      deliver(event);
    } else if (chance.strikes(4)) {
      begin(event);
    }
  }

  private void deliver(Recorded<E> event) {
    delivered.add(event);
    begin(event);
  }

  private void begin(Recorded<E> event) {
    world.underWay().add(new EventExecution<>(world, reaction, event, this::settled));
  }

  private void settled(Recorded<E> event) {
    Deque<Recorded<E>> those = unsettled.getOrDefault(event.stream(), new ArrayDeque<>());
    if (event.equals(those.peek())) {
      those.remove();
      if (!those.isEmpty()) {
        deliver(those.element());
      }
    }
  }

  /** Delivers once more what was delivered, settled or not. */
  void deliverAgain(Chance chance) {
    if (!delivered.isEmpty()) {
      begin(delivered.get(chance.pick(delivered.size())));
    }
  }
}
