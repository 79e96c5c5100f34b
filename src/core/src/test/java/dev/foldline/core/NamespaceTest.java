package dev.foldline.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamespaceTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "b",
        "bank",
        "foldline-bank",
        "0.bank_x",
        "a123456789012345678901234567890123456789"
      })
  void names_are_told_apart(String name) {
    assertThat(new Namespace(name).of("view-v1")).isEqualTo(name + ":view-v1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bank",
        "-bank",
        ".bank",
        "ba nk",
        "ba:nk",
        "ba{nk",
        "bank}",
        "ba*nk",
        "bänk",
        "bank\n",
        " ",
        "<<unset>>",
        "a1234567890123456789012345678901234567890"
      })
  void othersAreRefused(String name) {
    assertThatThrownBy(() -> new Namespace(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + name + "'");
  }

  @Test
  void without_one_names_are_as_they_are() {
    assertThat(Namespace.NONE.of("view-v1")).isEqualTo("view-v1");
  }
}
