package dev.foldline.quarkus.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Invalid;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The entity tags of a query")
class EntityTagsTest {

  private static EntityTags of(String... lines) {
    return new EntityTags(List.of(lines));
  }

  private static boolean have(EntityTags tags, long revision) {
    tags.asks();
    tags.finds(revision);
    return tags.haveAnswer();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"7\"",
        "W/\"7\"",
        "\"6\", \"7\"",
        "\"6\",\t W/\"7\" ,\"8\"",
        ",, \"7\",",
        "\"a,b\", \"\", \"7\"",
        "*",
        " * ",
      })
  void are_those_that_the_caller_has_compared_weakly(String list) {
    assertThat(have(of(list), 7)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"6\"", "\"07\"", "\"7 \"", "\"77\"", "\"+7\"", "\"a,7\"", "\"ü\""})
  void are_compared_as_they_are_written(String list) {
    if (list.contains(" ")) {
      assertThatThrownBy(() -> of(list)).isInstanceOf(Invalid.class);
    } else {
      assertThat(have(of(list), 7)).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", ",", "7", "\"7", "7\"", "\"7\" \"8\"", "w/\"7\"", "W/7", "*, \"7\""})
  void are_refused_by_name_where_they_are_malformed(String list) {
    assertThatThrownBy(() -> of(list))
        .isInstanceOfSatisfying(
            Invalid.class, e -> assertThat(e.field()).isEqualTo("If-None-Match"));
  }

  @Test
  void may_stand_in_several_lines() {
    assertThat(have(of("\"6\"", "\"7\""), 7)).isTrue();
    assertThat(have(of(), 7)).isFalse();
    assertThatThrownBy(() -> of("*", "*")).isInstanceOf(Invalid.class);
    assertThat(of("\"x\",".repeat(100_000)).name(7)).isFalse();
  }

  @Test
  void of_an_answer_are_none_where_it_comes_from_more_than_one_query() {
    EntityTags tags = of("\"7\", \"8\"");
    assertThat(tags.answer()).isEmpty();
    assertThat(have(tags, 7)).isTrue();
    assertThat(tags.answer()).hasValue("\"7\"");

    assertThat(have(tags, 8)).isFalse();
    assertThat(tags.answer()).isEmpty();
  }

  @Test
  void of_an_answer_are_none_where_nothing_was_found() {
    EntityTags tags = of("*");
    tags.asks();
    assertThat(tags.haveAnswer()).isFalse();
  }
}
