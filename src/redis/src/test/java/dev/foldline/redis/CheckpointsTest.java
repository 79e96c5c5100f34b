package dev.foldline.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an instance makes of the checkpoint that it finds, given those that it kept itself. */
class CheckpointsTest {

  private final Checkpoints mine = new Checkpoints();

  private static Replication alone(String history, long offset) {
    return new Replication(history, offset, "", -1);
  }

  private static Checkpoint at(long position, Replication... parts) {
    return new Checkpoint("1.1", List.of(parts), Set.of(), position, false).at(position);
  }

  private static Checkpoint found(long position, String keptIn, Replication... parts) {
    return new Checkpoint("1.1", List.of(parts), Set.of(keptIn), position, true);
  }

  @Test
  void same_history_as_it_is_found() {
    mine.add(at(10, alone("a", 100)));
    Checkpoint found = found(7, "a", alone("a", 120));

    assertThat(mine.judge(found)).isEqualTo(found);
  }

  @Test
  void nothing_known_or_of_another_build_as_it_is_found() {
    Checkpoint found = found(7, "b", alone("b", 120));
    assertThat(mine.judge(found)).isEqualTo(found);

    mine.add(new Checkpoint("1.0", List.of(alone("a", 100)), Set.of(), 10, true));
    assertThat(mine.judge(found)).isEqualTo(found);
  }

  @Test
  void another_master_took_over_long_ago_the_last_one_before_that_however_many_came_since() {
    mine.add(at(10, alone("a", 100)));
    mine.add(at(20, alone("a", 200)));
    for (int i = 0; i < 900; i++) {
      mine.add(at(30 + i, alone("a", 300 + i)));
    }

    Checkpoint judged = mine.judge(found(5_000, "b", new Replication("b", 9_000, "a", 300)));

    assertThat(judged.position()).isEqualTo(20);
    assertThat(judged.whole()).isFalse();
  }

  @Test
  void what_did_not_move_on_was_true_from_its_first_offset_on() {
    mine.add(at(10, alone("a", 100)));
    mine.add(at(10, alone("a", 900)));

    assertThat(mine.judge(found(50, "b", new Replication("b", 1, "a", 500))).position())
        .isEqualTo(10);
  }

  @Test
  void all_came_too_late_the_first() {
    mine.add(at(10, alone("a", 100)));
    mine.add(at(20, alone("a", 200)));

    assertThat(mine.judge(found(50, "b", new Replication("b", 1, "a", 50))).position())
        .isEqualTo(10);
  }

  @Test
  void all_that_is_known_came_too_late_the_beginning_of_the_log() {
    for (int i = 0; i < 1_001; i++) {
      mine.add(at(10 + i, alone("a", 100 + i)));
    }

    assertThat(mine.judge(found(50, "b", new Replication("b", 1, "a", 50))).position())
        .isEqualTo(-1);
  }

  @Test
  void several_took_over_since_the_first() {
    mine.add(at(10, alone("a", 100)));
    mine.add(at(20, alone("a", 200)));

    assertThat(mine.judge(found(50, "b", new Replication("c", 1, "b", 700))).position())
        .isEqualTo(10);
  }

  @Test
  void started_again_from_a_file_or_moved_to_another_node_what_that_has() {
    mine.add(at(10, alone("a", 100)));
    mine.add(at(20, alone("a", 200)));

    assertThat(mine.judge(found(17, "a", alone("b", 0))).position()).isEqualTo(17);
  }

  @Test
  void of_several_nodes_each_has_to_have_it() {
    mine.add(at(10, alone("a", 100), alone("x", 1_000)));
    mine.add(at(20, alone("a", 200), alone("x", 2_000)));
    mine.add(at(30, alone("a", 300), alone("x", 3_000)));

    Checkpoint judged =
        mine.judge(found(50, "b", new Replication("b", 9_000, "a", 250), alone("x", 4_000)));

    assertThat(judged.position()).isEqualTo(20);
  }

  @Test
  void a_later_one_follows_only_the_one_that_it_was_made_from() {
    Checkpoint first = at(10, alone("a", 100));
    Checkpoint second = at(20, alone("a", 200));
    mine.add(first);
    mine.add(second, first);
    mine.add(at(15, alone("a", 150)), first);

    assertThat(mine.last()).hasValue(second);
  }
}
