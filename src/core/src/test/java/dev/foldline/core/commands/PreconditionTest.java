package dev.foldline.core.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A precondition")
class PreconditionTest {

  private static boolean isThere(long current, long end) {
    return new Precondition.MustExist().holds(current, end)
        && !new Precondition.MustNotExist().holds(current, end);
  }

  private static LongStream matched(long current, long end) {
    return LongStream.rangeClosed(-2, 9)
        .filter(revision -> new Precondition.Exactly(revision).holds(current, end));
  }

  @Test
  void is_of_the_last_event_and_the_marks_behind_it() {
    assertThat(isThere(3, 3)).isTrue();
    assertThat(matched(3, 3)).containsExactly(3L);
    assertThat(isThere(3, 5)).isTrue();
    assertThat(matched(3, 5)).containsExactly(3L, 4L, 5L);
  }

  @Test
  void takes_marks_alone_for_nothing() {
    assertThat(isThere(-1, -1)).isFalse();
    assertThat(matched(-1, -1)).isEmpty();
    assertThat(isThere(-1, 5)).isFalse();
    assertThat(matched(-1, 5)).isEmpty();
  }
}
