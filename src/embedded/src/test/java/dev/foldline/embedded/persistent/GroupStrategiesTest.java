package dev.foldline.embedded.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.embedded.persistent.GroupEffect.Deliver;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which consumer a group delivers an event to. */
class GroupStrategiesTest {
  @Test
  @DisplayName("6.3 RoundRobin rotates over the consumers that have free slots")
  void round_robin() {
    var group = new GroupScenario(settings -> settings.strategy(Strategy.ROUND_ROBIN));
    group.join(2);
    group.join(3);
    group.history(0, 1, 2, 3, 4, 5);
    group.decides("0 to a r0", "1 to b r0", "2 to a r0", "3 to b r0", "4 to b r0");
  }

  @Test
  @DisplayName("6.3 RoundRobin goes on with the next one when a consumer leaves")
  void round_robin_when_one_leaves() {
    var group = new GroupScenario(settings -> settings.strategy(Strategy.ROUND_ROBIN));
    var a = group.join(5);
    group.join(5);
    group.join(5);
    group.history(0, 1);
    group.decide();
    group.ack(a, 0);
    group.leave(a);
    group.live(2);
    group.live(3);
    group.decides("2 to c r0", "3 to b r0");
  }

  @Test
  @DisplayName("6.3 DispatchToSingle fills one consumer before the next")
  void dispatch_to_single() {
    var group = new GroupScenario(settings -> settings.strategy(Strategy.DISPATCH_TO_SINGLE));
    var a = group.join(2);
    group.join(5);
    group.history(0, 1, 2);
    group.decides("0 to a r0", "1 to a r0", "2 to b r0");
    group.ack(a, 0, 1);
    group.live(3);
    group.decides("3 to b r0");
  }

  @Test
  @DisplayName("6.3 Pinned keeps what belongs together at one consumer, and all are busy")
  void pinned() {
    var group = new GroupScenario(settings -> settings.strategy(Strategy.PINNED));
    group.join(1_000);
    group.join(1_000);
    group.join(1_000);
    group.decide();
    for (int i = 0; i < 300; i++) {
      group.enterPinned(i, "account-" + i % 60);
    }
    group.read(299, true);
    var owners = new ArrayList<HashSet<Integer>>();
    IntStream.range(0, 60).forEach(_ -> owners.add(new HashSet<>()));
    var busy = new HashSet<Integer>();
    for (var effect : group.effects()) {
      if (effect instanceof Deliver(var consumer, var message, _)) {
        owners
            .get((int) (message.event().position() % 60))
            .add(group.consumers().indexOf(consumer));
        busy.add(group.consumers().indexOf(consumer));
      }
    }
    assertThat(owners).allMatch(owner -> owner.size() == 1);
    assertThat(busy).containsExactlyInAnyOrder(0, 1, 2);
  }

  @Test
  @DisplayName("6.3 Pinned lets the events of a busy owner wait while others proceed")
  void pinned_to_a_busy_owner() {
    var group = new GroupScenario(settings -> settings.strategy(Strategy.PINNED));
    group.join(1);
    group.join(1);
    group.decide();
    for (int i = 0; i < 20; i++) {
      group.enterPinned(i, i < 10 ? "one" : "stream-" + i);
    }
    group.read(19, true);
    var delivered = group.decide();
    assertThat(delivered).hasSize(2).contains("0 to " + delivered.getFirst().charAt(5) + " r0");
  }

  @Test
  @DisplayName("6.3 Pinned hands the events of a consumer that left to another")
  void pinned_when_one_leaves() {
    var group = new GroupScenario(settings -> settings.strategy(Strategy.PINNED));
    var a = group.join(10);
    group.join(10);
    group.history(0, 1, 2);
    var first = group.decide();
    var owner = first.getFirst().contains("to a") ? a : group.consumers().get(1);
    group.leave(owner);
    var other = owner == a ? "b" : "a";
    group.decides("0 to " + other + " r1", "1 to " + other + " r1", "2 to " + other + " r1");
  }
}
