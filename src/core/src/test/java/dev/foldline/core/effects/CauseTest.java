package dev.foldline.core.effects;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Effect;
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
  private static Cause<String> cause(int revision, Map<String, Object> metadata) {
    return new Cause<>(
        Namespace.NONE,
        "again",
        new Recorded<>(
            "", new UUID(0, revision), "stream-1", revision, revision, Instant.EPOCH, metadata),
        0);
  }

  private static int depth(Effect effect, UnaryOperator<Map<String, String>> carried) {
    Map<String, Object> metadata = Map.of();
    for (int i = 0; i < MANY; i++) {
      Cause<String> cause = cause(i, metadata);
      if (cause.isTooDeep()) {
        return i;
      }
      metadata = Map.copyOf(carried.apply(cause.metadata(effect)));
    }
    return MANY;
  }

  @Test
  void rule_14_a_loop_comes_to_an_end() {
    Effect effect = Effect.cancel("stop", "give");
    assertThat(depth(effect, UnaryOperator.identity())).isEqualTo(Cause.DEEPEST);
    assertThat(depth(effect, _ -> Map.of())).as("without its path").isEqualTo(MANY);
  }

  @Test
  void rule_14_with_a_reminder_a_new_chain_begins_a_second_later_at_the_soonest() {
    Effect.Remind<String> past = Effect.remind("again", Instant.MIN, "again");
    Effect.Remind<String> soon = Effect.remind("again", Instant.EPOCH.plusMillis(999), "again");
    Effect.Remind<String> far = Effect.remind("again", Instant.MAX, "again");

    assertThat(depth(past, UnaryOperator.identity())).isEqualTo(MANY);
    assertThat(cause(0, Map.of()).due(past)).isEqualTo(Instant.EPOCH.plusSeconds(1));
    assertThat(cause(0, Map.of()).due(soon)).isEqualTo(Instant.EPOCH.plusSeconds(1));
    assertThat(cause(0, Map.of()).due(far)).isEqualTo(Instant.MAX);
  }
}
