package dev.foldline.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("That a process stood still")
class StandstillTest {

  private long wall = 1_000_000;
  private long counted = Long.MAX_VALUE - 1_000;
  private final Standstill standstill = new Standstill(() -> wall, () -> counted);

  /** Time goes on, by both clocks. */
  private void pass(Duration time) {
    wall += time.toMillis();
    counted += time.toNanos();
  }

  @Test
  void is_not_said_of_one_that_only_had_much_to_do() {
    for (int i = 0; i < 100; i++) {
      pass(Duration.ofSeconds(3));
      assertThat(standstill.isOver()).isFalse();
      assertThat(standstill.tick()).isFalse();
    }
  }

  @Test
  void is_told_by_one_tick() {
    pass(Duration.ofMillis(3_001));
    assertThat(standstill.isOver()).isTrue();
    assertThat(standstill.tick()).isTrue();
    assertThat(standstill.isOver()).isFalse();
    assertThat(standstill.tick()).isFalse();
  }

  @Test
  void is_noticed_where_only_the_wall_clock_went_on() {
    wall += Duration.ofDays(3).toMillis();
    assertThat(standstill.tick()).isTrue();
  }

  @Test
  void is_noticed_where_the_wall_clock_was_set_meanwhile() {
    wall -= Duration.ofDays(3).toMillis();
    counted += Duration.ofHours(1).toNanos();
    assertThat(standstill.tick()).isTrue();
    counted += Duration.ofHours(1).toNanos();
    assertThat(standstill.tick()).isTrue();
  }
}
