package dev.foldline.quarkus.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What a call asks")
class CanonicalRequestTest {

  private static byte[] asked(String body) {
    return CanonicalRequest.of("deposit", body.getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "{\"a\":1,\"b\":{\"c\":[1,2],\"d\":null}} | { \"b\" : {\"d\":null, \"c\":[1, 2] } , \"a\":1 }",
        "{\"a\":1}                               | {\"a\":1.0}",
        "{\"a\":100}                             | {\"a\":1e2}",
        "{\"a\":1.10}                            | {\"a\":1.1}",
        "{\"a\":0}                               | {\"a\":-0.00}",
        "{\"a\":123456789012345678901234567890}  | {\"a\":1.2345678901234567890123456789e29}",
        "{\"a\":100e2147483647}                  | { \"a\" : 100E+2147483647 }",
        "{\"ü\":\"Å\"}                           | {\"\\u00fc\":\"\\u00C5\"}",
        "{\"a\":\"b\"}                           | {\"\\u0061\":\"\\u0062\"}",
        "[1,[],{}]                               | [ 1.0, [ ], { } ]",
      })
  void is_the_same_however_it_is_written(String one, String other) {
    assertThat(asked(one)).isEqualTo(asked(other));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "{\"a\":1}                    | {\"a\":\"1\"}",
        "{\"a\":[1,2]}                | {\"a\":[2,1]}",
        "{\"a\":null}                 | {}",
        "{\"a\":12345678901234567890} | {\"a\":12345678901234567891}",
        "{\"a\":0.1}                  | {\"a\":0.10000000000000000001}",
        "{\"a\":1e400}                | {\"a\":1e401}",
        "{\"a\":100e2147483647}       | {\"a\":200e2147483647}",
        "{\"a\":\"b\"}                | {\"a\":\" b\"}",
        "{\"a\":\"\\ud800\"}          | {\"a\":\"\\ud801\"}",
        "{\"a\":                      | {\"b\":",
      })
  void is_another_thing_where_anything_in_it_is(String one, String other) {
    assertThat(asked(one)).isNotEqualTo(asked(other));
  }

  @Test
  void is_another_thing_of_another_function() {
    byte[] body = "{}".getBytes(UTF_8);

    assertThat(CanonicalRequest.of("withdraw", body)).isNotEqualTo(asked("{}"));
  }

  @Test
  void is_every_byte_of_what_is_no_json() {
    byte[] one = "\u00ff\u0000".getBytes(ISO_8859_1);
    byte[] other = "\u00fe\u0000".getBytes(ISO_8859_1);

    assertThat(CanonicalRequest.of("f", one)).isNotEqualTo(CanonicalRequest.of("f", other));
  }

  @Test
  void is_what_a_query_says_in_whatever_order() {
    MultiMap query = MultiMap.caseInsensitiveMultiMap().add("a", "1").add("b", "2 ü");
    MultiMap turned = MultiMap.caseInsensitiveMultiMap().add("b", "2 ü").add("a", "1");

    assertThat(CanonicalRequest.of("f", query)).isEqualTo(CanonicalRequest.of("f", turned));
    assertThat(CanonicalRequest.of("f", query))
        .isNotEqualTo(CanonicalRequest.of("f", turned.add("b", "3")));
  }
}
