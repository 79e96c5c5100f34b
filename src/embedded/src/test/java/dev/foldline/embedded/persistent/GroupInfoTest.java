package dev.foldline.embedded.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What can be seen of a group. */
class GroupInfoTest {
  @Test
  @DisplayName("6.7 what waits, what is out and what went out is counted")
  void counts() {
    var group = new GroupScenario();
    var a = group.join(2);
    group.history(0, 1, 2, 3);
    group.decide();
    group.retry(a, 0);
    group.leave(a);
    assertThat(group.state().buffered()).isEqualTo(2);
    assertThat(group.state().retrying()).isEqualTo(2);
    assertThat(group.state().inFlight()).isZero();
    assertThat(group.state().throughput().total()).isEqualTo(2);
  }

  @Test
  @DisplayName("6.7 measurements: how long a consumer took, in ticks, whatever it answered")
  void measurements() {
    var group = new GroupScenario();
    var a = group.join(3);
    group.history(0, 1, 2);
    group.decide();
    group.park(a, 2);
    group.millisPass(10);
    group.ack(a, 0);
    group.millisPass(30);
    group.retry(a, 1);
    assertThat(a.latencies().measurements())
        .containsEntry("Mean", 166_667L)
        .containsEntry("Median", 100_000L)
        .containsEntry("Fastest", 1L)
        .containsEntry("Quintile 5", 400_000L)
        .containsEntry("Highest", 400_000L)
        .hasSize(14);
  }
}
