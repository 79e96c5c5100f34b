package dev.foldline.quarkus.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Invalid;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A consistency token")
class ConsistencyTokenTest {

  @ParameterizedTest
  @CsvSource({
    "account-a-1, 0, account-a-1@0",
    "account-a@b, 999999999999999999, account-a@b@999999999999999999",
    "Konto für-a, 7, Konto%20f%C3%BCr-a@7",
  })
  void that_an_answer_gave_is_taken(String stream, long revision, String text) {
    ConsistencyToken given = ConsistencyToken.of(stream, revision).orElseThrow();

    assertThat(given).hasToString(text);
    assertThat(ConsistencyToken.parse(text)).isEqualTo(given);
  }

  @ParameterizedTest
  @CsvSource({"account-a-1, 9223372036854775807", "account-a-1, -1", "account-ü, 0", "account, 0"})
  void is_none_where_it_would_not_be(String stream, long revision) {
    assertThat(ConsistencyToken.of(stream, revision)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@7",
        "account-a-1",
        "account-a-1@",
        "account-a-1@-1",
        "account-a-1@9223372036854775807",
        "account@7",
        "account-@7",
        "-a@7",
        "account-a%20b@7",
        "account-a%2@7",
        "$$account-ä@7",
      })
  void that_none_gave_is_refused_by_name(String text) {
    assertThatThrownBy(() -> ConsistencyToken.parse(text))
        .isInstanceOfSatisfying(
            Invalid.class, e -> assertThat(e.field()).isEqualTo("Consistency-Token"));
  }
}
