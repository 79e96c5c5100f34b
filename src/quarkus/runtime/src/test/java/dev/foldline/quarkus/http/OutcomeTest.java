package dev.foldline.quarkus.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Category;
import dev.foldline.core.Forbidden;
import dev.foldline.core.Invalid;
import dev.foldline.core.Stored;
import dev.foldline.core.Unavailable;
import dev.foldline.core.UnknownEvent;
import dev.foldline.eventstoredb.events.EventCodec;
import io.quarkus.security.AuthenticationCompletionException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.ext.web.handler.HttpException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A failure")
class OutcomeTest {

  @Stored("paid")
  record Paid(String iban, BigDecimal amount) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"iban\":\"DE89\",\"amount\":\"4111 1111 1111 1111\"}",
        "{\"iban\":\"DE89\",\"amount\":1.10,\"4111\":2}",
        "4111",
      })
  void tells_nothing_of_a_stored_event_that_cannot_be_read(String data) {
    EventCodec codec = new EventCodec(List.of(Category.of("payment", Paid.class)));
    Throwable unknown = catchThrowable(() -> codec.decode("paid", data.getBytes(UTF_8)));
    assertThat(unknown).isInstanceOf(UnknownEvent.class);

    Outcome outcome = Outcome.of(unknown, "0123");

    assertThat(outcome.status()).isEqualTo(500);
    assertThat(outcome.problem().code()).isEqualTo("unknown-event");
    assertThat(outcome.problem().traceId()).isEqualTo("0123");
    assertThat(outcome.problem().detail()).doesNotContain("4111", "DE89", "paid", "dev.foldline");
  }

  @Test
  void tells_nothing_of_a_bug() {
    Outcome outcome = Outcome.of(new IllegalStateException("at esdb://10.0.0.1:2113"), "0123");

    assertThat(outcome.status()).isEqualTo(500);
    assertThat(new String(outcome.body(), UTF_8))
        .contains("\"traceId\":\"0123\"")
        .doesNotContain("esdb", "Exception", "10.0.0.1");
  }

  @Test
  void of_a_neighbour_is_told_without_its_cause() {
    Throwable cause = new IOException("Connection refused: localhost/127.0.0.1:2113");
    Outcome outcome = Outcome.of(new Unavailable("the event store is away", cause), "0123");

    assertThat(outcome.headers()).containsEntry("Retry-After", "1");
    assertThat(outcome.problem().traceId()).isEqualTo("0123");
    assertThat(new String(outcome.body(), UTF_8)).doesNotContain("127.0.0.1", "refused");
  }

  @Test
  void can_be_written_whatever_text_it_repeats() throws IOException {
    byte[] body = Outcome.of(new Invalid("\ud800ü", "\ud800ü is unknown"), "").body();

    assertThat(new ObjectMapper().readTree(body).path("field").asText()).isEqualTo("\ud800ü");
  }

  @ParameterizedTest
  @CsvSource({
    "400, 400, malformed-request",
    "401, 401, unauthorized",
    "403, 403, forbidden",
    "404, 404, no-such-function",
    "405, 405, method-not-allowed",
    "408, 408, request-refused",
    "413, 413, body-too-large",
    "414, 414, request-refused",
    "415, 415, unsupported-media-type",
    "431, 431, request-refused",
    "500, 500, internal-error",
    "502, 500, internal-error",
    "503, 503, unavailable",
    "599, 500, internal-error",
  })
  void of_the_server_is_a_problem_too(int status, int told, String code) {
    Outcome outcome = Outcome.of(new HttpException(status), "0123");

    assertThat(outcome.status()).isEqualTo(told);
    assertThat(outcome.problem().code()).isEqualTo(code);
    assertThat(outcome.problem().traceId()).isEqualTo(told >= 500 ? "0123" : null);
  }

  @Test
  void to_find_out_who_is_calling_is_theirs() {
    assertThat(
            Stream.of(
                    new AuthenticationFailedException("wrong password of ada"),
                    new AuthenticationCompletionException("token of ada"),
                    new UnauthorizedException("ada"))
                .map(failure -> Outcome.of(failure, "0123")))
        .allSatisfy(
            outcome -> {
              assertThat(outcome.status()).isEqualTo(401);
              assertThat(outcome.problem().detail()).doesNotContain("ada");
            });
    Outcome forbidden = Outcome.of(new ForbiddenException("ada"), "0123");
    assertThat(forbidden.status()).isEqualTo(403);
    assertThat(forbidden.problem().detail())
        .contains("does not have the right")
        .doesNotContain("ada", "Exception");
  }

  @Test
  void of_what_a_guard_forbids_is_the_callers() {
    Outcome forbidden = Outcome.of(new Forbidden(), "0123");

    assertThat(forbidden.status()).isEqualTo(403);
    assertThat(new String(forbidden.body(), UTF_8))
        .contains("\"code\":\"forbidden\"", "\"detail\":\"the caller may not do this\"")
        .doesNotContain("traceId");
  }

  @Test
  void of_what_a_guard_forbids_is_another_where_nobody_knows_who_is_calling() {
    Outcome forbidden = Outcome.of(new Forbidden(), "0123");

    Outcome challenged = forbidden.challenged(Map.of("www-authenticate", "basic"));
    assertThat(challenged.status()).isEqualTo(401);
    assertThat(challenged.label()).isEqualTo(forbidden.label());
    assertThat(challenged.headers()).containsExactly(Map.entry("www-authenticate", "basic"));
    assertThat(forbidden.challenged(Map.of("Location", "/login")))
        .as("nothing that a program could answer")
        .isEqualTo(forbidden);
  }
}
