package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Histories of the command loop alone: several instances on one stream, every order in which their
 * reads and appends may come, and answers that are lost, late or never. No I/O, no threads, no
 * time: each is what its seed makes it.
 *
 * <p>{@code -Dloop.histories=1000000 -Dloop.seed=7} for the long form, some minutes.
 */
@DisplayName("Every history of the command loop")
class CommandLoopTest {

  private final long first = Long.getLong("loop.seed", 1);
  private final int histories = Integer.getInteger("loop.histories", 5_000);

  @Test
  void is_one_of_a_stream_where_each_command_has_at_most_one_effect_and_a_true_answer() {
    for (long seed = first; seed < first + histories; seed++) {
      new LoopHistory(seed, LoopHistory.Break.NONE).run();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void is_found_out_where_something_is_broken(LoopHistory.Break broken) {
    assertThatThrownBy(
            () -> {
              for (long seed = 1; seed <= 20_000; seed++) {
                new LoopHistory(seed, broken).run();
              }
            })
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("seed ");
  }

  @Test
  void goes_through_all_that_may_happen() {
    LoopHistory.Seen seen = new LoopHistory.Seen();
    for (long seed = 1; seed <= 500; seed++) {
      seen.add(new LoopHistory(seed, LoopHistory.Break.NONE).run());
    }
    assertThat(seen.conflicts()).as("conflicts").isGreaterThan(20);
    assertThat(seen.unknown()).as("appends that nobody answered").isGreaterThan(20);
    assertThat(seen.repeats()).as("repeats").isGreaterThan(20);
    assertThat(seen.refusals()).as("refusals").isGreaterThan(20);
    assertThat(seen.forbidden()).as("commands that their callers may not give").isGreaterThan(20);
    assertThat(seen.foreign()).as("repeats of others' commands").isGreaterThan(20);
    assertThat(seen.withdrawn()).as("commands whose callers had gone").isGreaterThan(20);
  }
}
