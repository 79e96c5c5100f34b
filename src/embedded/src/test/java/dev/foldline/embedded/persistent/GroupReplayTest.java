package dev.foldline.embedded.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How a group delivers parked events again. */
class GroupReplayTest {
  @Test
  @DisplayName(
      "6.5 replayed events come before new ones, and leave the parked stream as they are read")
  void replayed_first() {
    var group = new GroupScenario();
    var a = group.join(1);
    group.history(0, 1, 2);
    group.decide();
    group.replay(0, 2);
    group.decides("read parked 0 to 2");
    group.parkedRead(2, 100, 101);
    group.decides("truncate parked before 2, replaying from 0");
    group.ack(a, 0);
    group.decides("100 to a r0");
    group.ack(a, 100);
    group.decides("101 to a r0");
    group.ack(a, 101);
    group.decides("1 to a r0", "truncate parked before 2");
  }

  @Test
  @DisplayName("6.5 a replay during another one is ignored")
  void second_replay() {
    var group = new GroupScenario();
    group.replay(0, 2);
    group.decide();
    group.replay(0, 2);
    group.decidesNothing();
  }

  @Test
  @DisplayName("6.5 a replay goes on page by page")
  void pages() {
    var group = new GroupScenario();
    group.history();
    group.replay(3, 60);
    group.decides("read parked 3 to 60");
    group.parkedRead(23);
    group.decides("truncate parked before 23", "read parked 23 to 60");
  }

  @Test
  @DisplayName("6.5 a replay without parked events does nothing")
  void nothing_parked() {
    var group = new GroupScenario();
    group.history();
    group.replay(0, 0);
    group.decidesNothing();
  }

  @Test
  @DisplayName("6.5 what fails again is parked again")
  void fails_again() {
    var group = new GroupScenario();
    var a = group.join(5);
    group.history();
    group.replay(0, 1);
    group.decide();
    group.parkedRead(1, 100);
    group.decide();
    assertThat(group.state().unsettledReplays()).hasSize(1);
    group.park(a, 100);
    var message = group.decidesToPark();
    group.parked(message);
    assertThat(group.state().unsettledReplays()).isEmpty();
  }
}
