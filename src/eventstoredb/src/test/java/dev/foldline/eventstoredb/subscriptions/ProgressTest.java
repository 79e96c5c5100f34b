package dev.foldline.eventstoredb.subscriptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  @Test
  void is_what_everything_below_is_settled_in_whatever_order() throws Exception {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Progress progress = new Progress(-1, 100);
      List<Long> open = new ArrayList<>();
      for (long position = 0; position < 100; position += 1 + random.nextInt(5)) {
        assertThat(progress.admit(position)).isTrue();
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
  void passes_what_needs_no_settling_only_behind_what_does() throws Exception {
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
  void settles_once() throws Exception {
    Progress progress = new Progress(-1, 10);
    progress.admit(1);
    progress.admit(2);
    progress.settle(2);
    progress.settle(2);
    assertThat(progress.unsettled()).isEqualTo(1);
  }

  @Test
  void makes_the_reader_wait_until_there_is_room_or_it_is_closed() throws Exception {
    Progress progress = new Progress(-1, 1);
    progress.admit(1);
    CompletableFuture<Boolean> second = admit(progress, 2);
    assertThat(second).isNotDone();
    progress.settle(1);
    await().atMost(LIMIT).until(second::isDone);
    assertThat(second).isCompletedWithValue(true);

    CompletableFuture<Boolean> third = admit(progress, 3);
    progress.close();
    await().atMost(LIMIT).until(third::isDone);
    assertThat(third).isCompletedWithValue(false);
  }

  @Test
  void does_not_run_ahead_for_ever_while_one_event_is_not_settled() throws Exception {
    Progress progress = new Progress(-1, 2);
    progress.admit(0);
    for (int position = 1; position < 200; position++) {
      progress.admit(position);
      progress.settle(position);
    }
    CompletableFuture<Boolean> next = admit(progress, 200);
    assertThat(next).isNotDone();
    progress.settle(0);
    await().atMost(LIMIT).until(next::isDone);
    assertThat(progress.reached()).isEqualTo(199);
  }

  @Test
  void what_needs_no_settling_takes_no_room() throws Exception {
    Progress progress = new Progress(-1, 2);
    progress.admit(0);
    for (int position = 1; position < 1000; position++) {
      progress.pass(position);
    }
    assertThat(admit(progress, 1000)).isCompletedWithValue(true);
    progress.settle(0);
    assertThat(progress.reached()).isEqualTo(999);
  }

  /** What a reader of its own is told, who waits now or has been told already. */
  private static CompletableFuture<Boolean> admit(Progress progress, long position) {
    CompletableFuture<Boolean> admitted = new CompletableFuture<>();
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    admitted.complete(progress.admit(position));
                  } catch (InterruptedException e) {
                    admitted.completeExceptionally(e);
                  }
                });
    await()
        .atMost(LIMIT)
        .until(() -> admitted.isDone() || reader.getState() == Thread.State.WAITING);
    return admitted;
  }
}
