package dev.foldline.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {

  private static final List<String> RIGHT =
      List.of(
          "group",
          "stream",
          "category",
          "max-retries",
          "timeout",
          "message-timeout",
          "settle-timeout");

  @ParameterizedTest
  @CsvSource({
    "grup,group",
    "gruop,group",
    "Group,group",
    "categroy,category",
    "maxretries,max-retries",
    "mesage-timeout,message-timeout",
    "settle-time-out,settle-timeout",
    "strem,stream"
  })
  void what_was_meant_is_nearest(String wrong, String meant) {
    assertThat(Spelling.nearest(wrong, RIGHT)).isEqualTo(meant);
  }
}
