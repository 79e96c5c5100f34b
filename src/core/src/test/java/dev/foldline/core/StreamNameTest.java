package dev.foldline.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The name of an aggregate's stream")
class StreamNameTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "A.b_c~d@e:f+g-1", "-", "550e8400-e29b-41d4-a716-446655440000"})
  void holds_the_id_as_it_is(String id) {
    assertThat(StreamName.of("account", id)).isEqualTo("account-" + id);
    assertThat(StreamName.isOne("account-" + id)).isTrue();
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", " ", "a b", "ü", "a/b", "a\n", "$a", "a%20b"})
  void is_refused_where_the_id_is_none(@Nullable String id) {
    assertThatThrownBy(() -> StreamName.of("account", id))
        .isInstanceOf(Invalid.class)
        .hasMessageContaining("the id of the account must be 1 to 200");
    assertThat(StreamName.isOne("account-" + (id == null ? "" : id))).isFalse();
  }

  @Test
  void takes_an_id_up_to_its_limit() {
    String longest = "a".repeat(200);

    assertThat(StreamName.of("c", longest)).hasSize(202);
    assertThatThrownBy(() -> StreamName.of("c", longest + "a")).isInstanceOf(Invalid.class);
  }

  @Stored("happened")
  record Happened() {}

  @Test
  void is_asked_for_by_deciders_too() {
    Decider<String, String, Happened> decider =
        new Decider<>(
            Category.of("c", Happened.class),
            id -> id,
            "",
            (_, _) -> List.of(),
            (state, _) -> state);

    assertThat(decider.stream("a")).isEqualTo("c-a");
    assertThatThrownBy(() -> decider.stream("")).isInstanceOf(Invalid.class);
  }
}
