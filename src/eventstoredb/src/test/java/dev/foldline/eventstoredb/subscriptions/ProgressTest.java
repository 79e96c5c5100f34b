package dev.foldline.eventstoredb.subscriptions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ProgressTest {

  @Test
  void is_what_everything_below_is_settled_in_whatever_order() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Progress progress = new Progress(-1, 100);
      List<Long> open = new ArrayList<>();
      for (long position = 0; position < 100; position += 1 + random.nextInt(5)) {
        progress.admit(position);
        open.add(position);
      }
      long last = open.getLast();
      Collections.shuffle(open, random);
      TreeSet<Long> left = new TreeSet<>(open);
      for (long position : open) {
        progress.settle(position);
        left.remove(position);
        if (left.isEmpty()) {
          assertThat(progress.reached()).isEqualTo(last);
        } else {
          assertThat(progress.reached()).as("seed %d", seed).isLessThan(left.first());
        }
      }
      assertThat(progress.unsettled()).isZero();
      assertThat(progress.passed()).isEqualTo(open.size());
    }
  }

  @Test
  void passes_what_needs_no_settling_only_behind_what_does() {
    Progress progress = new Progress(-1, 10);
    progress.pass(5);
    assertThat(progress.reached()).isEqualTo(5);
    progress.admit(7);
    progress.pass(7);
    progress.pass(9);
    assertThat(progress.reached()).isEqualTo(5);
    progress.settle(7);
    assertThat(progress.reached()).isEqualTo(9);
  }

  @Test
  void settles_once() {
    Progress progress = new Progress(-1, 10);
    progress.admit(1);
    progress.admit(2);
    progress.settle(2);
    progress.settle(2);
    assertThat(progress.unsettled()).isEqualTo(1);
  }

  @Test
  void asks_for_no_more_than_there_is_room_for() {
    Progress progress = new Progress(-1, 2);
    assertThat(progress.ask()).isEqualTo(2);
    assertThat(progress.ask()).isZero();
    progress.admit(1);
    progress.admit(2);
    assertThat(progress.ask()).isZero();
    progress.settle(1);
    assertThat(progress.ask()).isEqualTo(1);
    progress.admit(3);
    assertThat(progress.ask()).isZero();
  }

  @Test
  void asks_for_many_at_a_time() {
    Progress progress = new Progress(-1, 100);
    progress.ask();
    for (int position = 0; position < 100; position++) {
      progress.admit(position);
    }
    for (int position = 0; position < 24; position++) {
      progress.settle(position);
      assertThat(progress.ask()).isZero();
    }
    progress.settle(24);
    assertThat(progress.ask()).isEqualTo(25);
  }

  @Test
  void does_not_run_ahead_for_ever_while_one_event_is_not_settled() {
    Progress progress = new Progress(-1, 2);
    int asked = progress.ask();
    progress.admit(0);
    int position = 1;
    for (; position < asked; position++) {
      progress.admit(position);
      progress.settle(position);
      asked += progress.ask();
      assertThat(position).isLessThan(1_000);
    }
    assertThat(progress.ask()).isZero();
    progress.settle(0);
    assertThat(progress.ask()).isPositive();
    assertThat(progress.reached()).isEqualTo(position - 1);
  }

  @Test
  void what_needs_no_settling_takes_no_room() {
    Progress progress = new Progress(-1, 2);
    progress.ask();
    progress.admit(0);
    for (int position = 1; position < 1000; position++) {
      progress.pass(position);
    }
    progress.admit(1000);
    progress.settle(0);
    assertThat(progress.reached()).isEqualTo(999);
    assertThat(progress.ask()).isEqualTo(1);
  }
}
