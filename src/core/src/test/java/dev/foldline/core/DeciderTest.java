package dev.foldline.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A decider")
class DeciderTest {

  @Stored("opened")
  record Opened() {}

  private static final Decider<String, Boolean, Opened> DECIDER =
      new Decider<>(
          Category.of("door", Opened.class),
          id -> id,
          false,
          (_, _) -> List.of(new Opened()),
          (_, _) -> true);

  private static final Guard<String, Boolean> NOBODY = (_, _, _) -> false;

  @Test
  void is_for_anyone_unless_it_has_a_guard() {
    assertThat(DECIDER.isGuarded()).isFalse();
    assertThat(DECIDER.guard().may(Caller.ANONYMOUS, "1", false)).isTrue();
    assertThat(DECIDER.guardedBy(NOBODY).isGuarded()).isTrue();
    assertThat(DECIDER.guardedBy(NOBODY).guard()).isSameAs(NOBODY);
  }

  @Test
  void is_not_the_same_one_with_a_guard() {
    assertThat(DECIDER.guardedBy(NOBODY))
        .isEqualTo(DECIDER.guardedBy(NOBODY))
        .isNotEqualTo(DECIDER);
  }

  @Test
  void does_not_lose_its_guard_to_another_one() {
    Decider<String, Boolean, Opened> guarded = DECIDER.guardedBy(NOBODY);

    assertThatThrownBy(() -> guarded.guardedBy((_, _, _) -> true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the decider of 'door' has a guard already");
  }
}
