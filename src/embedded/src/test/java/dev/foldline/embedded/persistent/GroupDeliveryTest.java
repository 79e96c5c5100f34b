package dev.foldline.embedded.persistent;

import static dev.foldline.embedded.persistent.GroupScenario.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.embedded.persistent.GroupEffect.Read;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a group reads and delivers, and when. */
class GroupDeliveryTest {
  @Test
  @DisplayName("6.3 what exceeds a consumer's buffer is held back until it settles something")
  void consumers_buffer() {
    var group = new GroupScenario();
    var a = group.join(2);
    group.history(0, 1, 2, 3);
    group.decides("0 to a r0", "1 to a r0");
    group.ack(a, 0);
    group.decides("2 to a r0");
    assertThat(a.freeSlots()).isZero();
  }

  @Test
  @DisplayName("6.3 a group reads ahead without consumers, and is live at the end")
  void reading_ahead() {
    var group = new GroupScenario();
    group.decides("read 250 after -1");
    LongStream.range(0, 20).forEach(group::enter);
    group.read(19, false);
    group.decides("read 250 after 19");
    assertThat(group.state().isLive()).isFalse();
    group.read(19, true);
    assertThat(group.state().isLive()).isTrue();
    assertThat(group.state().lastKnown()).hasValue(19);
    group.decidesNothing();
  }

  @Test
  @DisplayName("6.3 reading ahead stops when the history buffer is full")
  void history_buffer() {
    var group = new GroupScenario(settings -> settings.buffers(10, 5, 12));
    long read = 0;
    for (var effects = group.effects(); !effects.isEmpty(); effects = group.effects()) {
      for (var effect : effects) {
        var count = ((Read) effect).count();
        LongStream.range(read, read + count).forEach(group::enter);
        read += count;
        group.read(read - 1, false);
      }
    }
    assertThat(read).isEqualTo(12);
    var a = group.join(3);
    group.decides("0 to a r0", "1 to a r0", "2 to a r0");
    group.ack(a, 0, 1, 2);
    group.decides("3 to a r0", "4 to a r0", "5 to a r0", "read 6 after 11");
  }

  @Test
  @DisplayName("6.3 a live group gets events as they are committed")
  void live() {
    var group = new GroupScenario();
    group.join(5);
    group.history(0);
    group.decide();
    group.live(1);
    group.decides("1 to a r0");
  }

  @Test
  @DisplayName("6.3 a commit of what was read already changes nothing")
  void committed_and_read() {
    var group = new GroupScenario();
    group.history(0, 1);
    assertThat(group.follows(1)).isFalse();
    group.decidesNothing();
  }

  @Test
  @DisplayName("6.3 what is committed during a read is read next")
  void committed_during_a_read() {
    var group = new GroupScenario();
    group.decide();
    assertThat(group.follows(0)).isFalse();
    group.read(-1, true);
    group.decides("read 250 after -1");
  }

  @Test
  @DisplayName("6.3 what the live buffer does not hold is read, once and in order")
  void live_buffer() {
    var group = new GroupScenario(settings -> settings.buffers(2, 1, 10));
    var a = group.join(1);
    group.history();
    group.live(0);
    group.live(1);
    assertThat(group.follows(2)).isFalse();
    group.decides("0 to a r0", "read 5 after 1");
    group.enter(2);
    group.read(2, true);
    group.ack(a, 0);
    group.decides("1 to a r0");
    group.ack(a, 1);
    group.decides("2 to a r0");
  }

  @Test
  @DisplayName("6.3 with a live buffer of 0 everything is read")
  void no_live_buffer() {
    var group = new GroupScenario(settings -> settings.buffers(0, 1, 2));
    group.join(5);
    group.history();
    assertThat(group.follows(0)).isFalse();
    group.decides("read 1 after -1");
  }

  @Test
  @DisplayName("6.3 nothing is read on while what is held has more bytes than a group may hold")
  void memory() {
    var group = new GroupScenario();
    group.decide();
    group.enterLarge(0, 17 << 20);
    group.read(0, false);
    group.decidesNothing();
    var a = group.join(1);
    group.decides("0 to a r0");
    group.ack(a, 0);
    group.decides("read 250 after 0");
  }

  @Test
  @DisplayName("6.3 a consumer never holds two events of one id")
  void two_events_of_one_id() {
    var group = new GroupScenario();
    var a = group.join(5);
    group.decide();
    group.enter(0, id(7));
    group.enter(1, id(7));
    group.enter(2);
    group.read(2, true);
    group.decides("0 to a r0", "2 to a r0");
    group.ack(a, 7);
    group.decides("1 to a r0");
  }

  @Test
  @DisplayName("6.3 no more consumers are admitted than the limit says")
  void maximum_consumers() {
    var group = new GroupScenario(settings -> settings.maxSubscribers(1));
    var a = group.join(1);
    assertThat(group.admits(1)).isFalse();
    group.leave(a);
    assertThat(group.admits(1)).isTrue();
  }
}
