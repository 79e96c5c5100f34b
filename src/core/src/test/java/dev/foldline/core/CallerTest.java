package dev.foldline.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A caller")
class CallerTest {

  private static Caller named(String subject) {
    return new Caller(subject, Set.of());
  }

  @Test
  void is_who_is_known_by_the_very_same_subject() {
    assertThat(named("ada").is("ada")).isTrue();
    assertThat(named("ada").is("Ada")).isFalse();
    assertThat(named("ada").is("")).isFalse();
  }

  @Test
  void who_is_anonymous_is_nobody() {
    assertThat(Caller.ANONYMOUS.isAnonymous()).isTrue();
    assertThat(Caller.ANONYMOUS.is("")).isFalse();
    assertThat(named("ada").isAnonymous()).isFalse();
  }

  @Test
  void has_the_roles_that_it_has() {
    Caller teller = new Caller("ada", Set.of("teller"));

    assertThat(teller.hasRole("teller")).isTrue();
    assertThat(teller.hasRole("operator")).isFalse();
  }

  @Test
  void has_a_subject_that_can_be_stored() {
    assertThat(named("ä".repeat(255)).subject()).hasSize(255);

    assertThatThrownBy(() -> named("a".repeat(256))).isInstanceOf(Invalid.class);
    assertThatThrownBy(() -> named("half a character: \ud83d")).isInstanceOf(Invalid.class);
  }
}
