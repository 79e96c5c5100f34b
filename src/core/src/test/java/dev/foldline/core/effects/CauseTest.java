package dev.foldline.core.effects;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Namespace;
import dev.foldline.core.Recorded;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A cause")
class CauseTest {

  private static final int MANY = 100;

  /** How many effects follow from each other before it is too many; not more than many. */
  private static int depth(UnaryOperator<Map<String, String>> carried) {
    Map<String, Object> metadata = Map.of();
    for (int i = 0; i < MANY; i++) {
      Cause<String> cause =
          new Cause<>(
              Namespace.NONE,
              "again",
              new Recorded<>("", new UUID(0, i), "stream-1", i, i, Instant.EPOCH, metadata),
              0);
      if (cause.isTooDeep()) {
        return i;
      }
      metadata = Map.copyOf(carried.apply(cause.metadata()));
    }
    return MANY;
  }

  @Test
  void rule_14_a_loop_comes_to_an_end() {
    assertThat(depth(UnaryOperator.identity())).isEqualTo(Cause.DEEPEST);
    assertThat(depth(_ -> Map.of())).as("without its path").isEqualTo(MANY);
  }
}
