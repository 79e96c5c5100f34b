package dev.foldline.embedded.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** When a group writes checkpoints, and where they lie. */
class GroupCheckpointsTest {
  @Test
  @DisplayName("6.6 a checkpoint lies just before the lowest event that is not acknowledged")
  void lowest_unacknowledged() {
    var group = new GroupScenario(settings -> settings.checkpoints(2_000, 1, 1));
    var a = group.join(9);
    group.history(0, 1, 2, 3, 4);
    group.decide();
    group.ack(a, 0, 1, 3);
    group.decides("checkpoint 1");
  }

  @Test
  @DisplayName("6.6 none is written while the first event is not acknowledged")
  void first_unacknowledged() {
    var group = new GroupScenario(settings -> settings.checkpoints(2_000, 1, 1));
    var a = group.join(9);
    group.history(0, 1, 2);
    group.decide();
    group.ack(a, 1, 2);
    group.decidesNothing();
    group.secondsPass(10);
    group.decidesNothing();
  }

  @Test
  @DisplayName("6.6 one is written at the maximum count")
  void maximum_count() {
    var group = new GroupScenario(settings -> settings.checkpoints(60_000, 5, 5));
    var a = group.join(20);
    group.history(LongStream.range(0, 12).toArray());
    group.decide();
    var written = new ArrayList<String>();
    for (int i = 0; i < 12; i++) {
      group.ack(a, i);
      written.addAll(group.decide());
      group.checkpointWritten();
    }
    assertThat(written).containsExactly("checkpoint 4", "checkpoint 9");
  }

  @Test
  @DisplayName("6.6 one is written by time from the minimum count on")
  void minimum_count_by_time() {
    var group = new GroupScenario(settings -> settings.checkpoints(2_000, 2, 1_000));
    var a = group.join(20);
    group.history(0, 1, 2, 3, 4);
    group.decide();
    group.ack(a, 0);
    group.secondsPass(1);
    group.decidesNothing();
    group.ack(a, 1);
    group.secondsPass(1);
    assertThat(group.decide()).as("the first one at the next tick").containsExactly("checkpoint 1");
    group.checkpointWritten();
    group.ack(a, 2, 3);
    group.secondsPass(1);
    group.decidesNothing();
    group.secondsPass(1);
    group.decides("checkpoint 3");
  }

  @Test
  @DisplayName("6.6 none is written by time where the time is 0")
  void no_time() {
    var group = new GroupScenario(settings -> settings.checkpoints(0, 1, 1_000));
    var a = group.join(20);
    group.history(0, 1);
    group.decide();
    group.ack(a, 0, 1);
    group.secondsPass(100);
    group.decidesNothing();
  }

  @Test
  @DisplayName("6.6 none is repeated without progress")
  void no_progress() {
    var group = new GroupScenario(settings -> settings.checkpoints(-1, 0, 0));
    var a = group.join(20);
    group.history(0);
    group.decide();
    group.ack(a, 0);
    group.decides("checkpoint 0");
    group.checkpointWritten();
    group.secondsPass(3);
    group.decidesNothing();
  }

  @Test
  @DisplayName("6.6 the next one waits for the one that is being written")
  void one_at_a_time() {
    var group = new GroupScenario(settings -> settings.checkpoints(2_000, 1, 1));
    var a = group.join(20);
    group.history(0, 1);
    group.decide();
    group.ack(a, 0);
    group.decides("checkpoint 0");
    group.ack(a, 1);
    group.decidesNothing();
    group.checkpointWritten();
    group.decides("checkpoint 1");
  }

  @Test
  @DisplayName("6.6 one waits until a parked event is in the parked stream")
  void parked_event() {
    var group = new GroupScenario(settings -> settings.checkpoints(2_000, 1, 1));
    var a = group.join(20);
    group.history(0);
    group.decide();
    group.park(a, 0);
    var message = group.decidesToPark();
    group.decidesNothing();
    group.parked(message);
    group.decides("checkpoint 0");
  }

  @Test
  @DisplayName(
      "6.6 a checkpoint moves over what the filter leaves out while live, and not in history")
  void skipped_events() {
    var group = new GroupScenario(settings -> settings.checkpoints(2_000, 1, 1));
    var a = group.join(20);
    group.decide();
    group.skip(10);
    group.enter(20);
    group.skip(30);
    group.read(30, true);
    group.decide();
    group.ack(a, 20);
    group.decides("checkpoint 20");
    group.checkpointWritten();
    assertThat(group.follows(40)).isTrue();
    group.skip(40);
    group.decides("checkpoint 40");
  }

  @Test
  @DisplayName("6.6 a group starts from the checkpoint that was loaded")
  void loaded() {
    var group = GroupScenario.resumingAfter(7, settings -> settings.checkpoints(2_000, 1, 1));
    var a = group.join(1);
    group.decides("read 250 after 7");
    group.enter(8);
    group.read(8, true);
    group.decide();
    assertThat(group.state().lastCheckpoint()).hasValue(7);
    group.ack(a, 8);
    group.decides("checkpoint 8");
    assertThat(group.state().lastCheckpoint()).hasValue(8);
  }
}
