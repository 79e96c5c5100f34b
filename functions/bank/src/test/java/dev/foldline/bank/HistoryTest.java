package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.bank.History.Operation;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The check of histories")
class HistoryTest {

  private static boolean holds(Operation... operations) {
    return History.isLinearizable(List.of(operations), 0, 0);
  }

  @Test
  void takes_any_order_of_what_overlaps() {
    assertThat(holds(new Operation(0, 9, 5, 1), new Operation(1, 8, -5, 2))).isTrue();
    assertThat(holds(new Operation(0, 9, -5, 2), new Operation(1, 8, 5, 1))).isTrue();
    assertThat(holds(new Operation(0, 9, 5, 1), new Operation(1, 8, -5, Operation.REFUSED)))
        .isTrue();
  }

  @Test
  void finds_a_lost_update() {
    assertThat(holds(new Operation(0, 9, 5, 1), new Operation(1, 8, 5, 1))).isFalse();
  }

  @Test
  void finds_a_stale_refusal() {
    assertThat(holds(new Operation(0, 1, 5, 1), new Operation(2, 3, -5, Operation.REFUSED)))
        .isFalse();
  }

  @Test
  void finds_what_was_overdrawn() {
    assertThat(
            holds(
                new Operation(0, 1, 5, 1), new Operation(2, 3, -5, 2), new Operation(2, 3, -5, 3)))
        .isFalse();
  }

  @Test
  void lets_what_is_unknown_have_happened_or_not() {
    Operation unknown = new Operation(0, 1, 5, Operation.UNKNOWN);
    assertThat(holds(unknown, new Operation(2, 3, -5, 2))).isTrue();
    assertThat(holds(unknown, new Operation(2, 3, -5, Operation.REFUSED))).isTrue();
    assertThat(holds(unknown, new Operation(2, 3, -6, 2))).isFalse();
  }
}
