package dev.foldline.core.commands;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The keys of requests that may come again")
class RequestMacsTest {

  private static final String GOOD = "a:MDEyMzQ1Njc4OWFiY2RlZg==";

  @ParameterizedTest
  @CsvSource({
    "MDEyMzQ1Njc4OWFiY2RlZg==, id:base64",
    ":MDEyMzQ1Njc4OWFiY2RlZg==, id:base64",
    "a b:MDEyMzQ1Njc4OWFiY2RlZg==, id:base64",
    "b:, id:base64",
    "b:MDEyMzQ1Njc4OWFiY2RlZ, Base64",
    "b:c2hvcnQ=, fewer than 16 bytes",
    "a:MDEyMzQ1Njc4OWFiY2RlZg==, id of another",
  })
  void are_refused_by_their_number_and_without_their_secret(String malformed, String because) {
    assertThatThrownBy(() -> new RequestMacs(List.of(GOOD, malformed)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("key 2 ")
        .hasMessageContaining(because)
        .hasMessageNotContaining("MDEy");
  }

  @Test
  void are_at_least_one() {
    assertThatThrownBy(() -> new RequestMacs(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
