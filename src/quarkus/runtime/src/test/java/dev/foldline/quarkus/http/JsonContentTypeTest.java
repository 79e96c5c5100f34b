package dev.foldline.quarkus.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A Content-Type")
class JsonContentTypeTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "APPLICATION/Json",
        "application/json;charset=utf-8",
        "application/json ; charset=\"UTF-8\" ; version=1",
        "application/problem+json",
        "application/a.b-c+json; profile=\"x\"",
      })
  void says_json(String value) {
    assertThat(JsonContentType.isIn(List.of(value))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ";",
        "json",
        "text/json",
        "text/plain",
        "application/jsonp",
        "application/+json",
        "application/ json",
        "application/a b+json",
        "application/json, text/plain",
        "application/json; charset=latin1",
        "application/json; charset=utf-16",
        "multipart/form-data; boundary=application/json",
      })
  void says_something_else(String value) {
    assertThat(JsonContentType.isIn(List.of(value))).isFalse();
  }

  @Test
  void is_given_once() {
    assertThat(JsonContentType.isIn(List.of())).isFalse();
    assertThat(JsonContentType.isIn(List.of("application/json", "application/json"))).isFalse();
  }
}
