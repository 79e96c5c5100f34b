package dev.foldline.core;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A refusal")
class RefusedTest {

  @Test
  void has_a_code_as_the_mark_of_what_was_done_has_none() {
    assertThatThrownBy(() -> new Refused("")).isInstanceOf(IllegalArgumentException.class);
  }
}
