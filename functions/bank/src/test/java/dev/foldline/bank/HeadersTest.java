package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.bank.BankClient.Answer;
import dev.foldline.eventstoredb.connection.EventStore;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@DisplayName("The headers of a command")
class HeadersTest {

  @TestHTTPResource("/")
  URI base;

  @Inject EventStore store;

  private BankClient bank;
  private final String account = UUID.randomUUID().toString();

  @BeforeEach
  void setUp() {
    bank = new BankClient(base);
  }

  private Answer deposit(String... headers) {
    return send("deposit", "{\"account\":\"%s\",\"cents\":1}".formatted(account), headers);
  }

  private Answer open(String... headers) {
    String body = "{\"account\":\"%s\",\"owner\":\"Ada\"}".formatted(account);
    return send("open-account", body, headers);
  }

  private Answer send(String function, String body, String... headers) {
    HttpRequest.Builder request =
        body.isEmpty()
            ? bank.request(function).POST(BodyPublishers.noBody())
            : BankClient.posting(bank.request(function), body);
    return bank.send(headers.length == 0 ? request.build() : request.headers(headers).build());
  }

  private JsonNode said(String function, String... headers) {
    Answer answer = send(function, "", headers);
    assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
    return answer.body();
  }

  @Test
  void make_a_repeat_safe() {
    bank.open(account);
    Answer first = deposit("Idempotency-Key", "k-1");
    deposit("Idempotency-Key", "k-2");
    Answer again = deposit("Idempotency-Key", "k-1");

    assertThat(again.status()).isEqualTo(200);
    assertThat(again.response().body()).isEqualTo(first.response().body());
    assertThat(again.header("etag")).isEqualTo("\"1\"");
    assertThat(again.header("consistency-token")).isEqualTo("account-" + account + "@1");
    assertThat(again.header("idempotency-replayed")).isEqualTo("true");
    assertThat(first.header("idempotency-replayed")).isEmpty();

    String other = "{\"account\":\"%s\",\"cents\":2}".formatted(account);
    Answer reused = send("deposit", other, "Idempotency-Key", "k-1");
    assertThat(reused.status()).isEqualTo(422);
    assertThat(reused.code()).isEqualTo("idempotency-key-reused");
  }

  @Test
  void know_a_repeat_however_its_body_is_written() {
    bank.open(account);
    deposit("Idempotency-Key", "k-1");

    Answer again =
        send(
            "deposit",
            " {\"cents\" : 1, \"account\":\"%s\" }\n".formatted(account),
            "Idempotency-Key",
            "k-1");
    Answer other =
        send(
            "withdraw",
            "{\"account\":\"%s\",\"cents\":1}".formatted(account),
            "Idempotency-Key",
            "k-1");

    assertThat(again.header("idempotency-replayed")).isEqualTo("true");
    assertThat(other.code()).isEqualTo("idempotency-key-reused");
  }

  @Test
  void make_a_repeat_of_a_call_safe_that_leads_to_two_commands() {
    bank.open(account);
    String body = "{\"account\":\"%s\",\"cents\":1}".formatted(account);

    Answer first = send("sample-twice", body, "Idempotency-Key", "k-1");
    Answer again = send("sample-twice", body, "Idempotency-Key", "k-1");

    assertThat(first.header("etag")).isEqualTo("\"2\"");
    assertThat(again.header("etag")).isEqualTo("\"2\"");
    assertThat(again.header("idempotency-replayed")).isEqualTo("true");
    assertThat(bank.get("account-history?account=" + account).body()).hasSize(3);
  }

  @Test
  void are_written_beside_the_events() {
    String traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    open("X-Correlation-Id", "c-1", "X-Causation-Id", "e-1", "traceparent", traceparent);

    Map<String, Object> metadata =
        store
            .remaining("account-" + account, 0, 1)
            .await()
            .atMost(Duration.ofSeconds(10))
            .getFirst()
            .metadata();

    assertThat(metadata)
        .containsEntry("$correlationId", "c-1")
        .containsEntry("$causationId", "e-1")
        .containsEntry("traceparent", traceparent);
  }

  @Test
  void let_a_command_be_decided_on_one_revision_alone() {
    bank.open(account);

    assertThat(deposit("If-Match", "\"0\"").status()).isEqualTo(200);
    Answer late = deposit("If-Match", "\"0\"");

    assertThat(late.status()).isEqualTo(412);
    assertThat(late.code()).isEqualTo("precondition-failed");
    assertThat(late.body().path("stream").asText()).isEqualTo("account-" + account);
    assertThat(deposit("If-Match", "\"1\"").status()).isEqualTo(200);
  }

  @Test
  void say_whether_there_must_be_something_before() {
    assertThat(deposit("If-Match", "*").status()).isEqualTo(412);
    assertThat(open("If-None-Match", "*").status()).isEqualTo(200);
    assertThat(open("If-None-Match", "*").status()).isEqualTo(412);
    assertThat(deposit("If-Match", "*").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"W/\"0\"", "\"none-of-ours\"", "\"\"", "\"00\"", "\"99999999999999999999\""})
  void know_that_a_tag_which_is_weak_or_none_of_ours_never_matches(String tag) {
    bank.open(account);
    assertThat(deposit("If-Match", tag).status()).isEqualTo(412);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "If-Match         | 7",
        "If-Match         | \"7",
        "If-Match         | \"7\", \"8\"",
        "If-Match         | w/\"7\"",
        "If-None-Match    | \"7\"",
        "Idempotency-Key  | a\tb",
        "X-Correlation-Id | a\tb",
      })
  void are_refused_by_name_where_they_are_malformed(String header, String value) {
    Answer answer = deposit(header, value);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().path("field").asText()).isEqualTo(header);
    assertThat(answer.body().path("detail").asText()).startsWith(header);
  }

  @Test
  void are_refused_where_they_are_given_twice_or_against_each_other() {
    assertThat(deposit("If-Match", "\"1\"", "If-Match", "\"2\"").status()).isEqualTo(400);
    assertThat(deposit("If-Match", "*", "If-None-Match", "*").status()).isEqualTo(400);
    assertThat(deposit("Idempotency-Key", "a", "Idempotency-Key", "b").status()).isEqualTo(400);
  }

  @Test
  void take_a_key_up_to_its_limit() {
    String longest = "k".repeat(255);
    assertThat(said("sample-worker", "Idempotency-Key", longest).path("key").asText())
        .isEqualTo(longest);
    assertThat(send("sample-receipt", "").status()).isEqualTo(200);
    assertThat(deposit("Idempotency-Key", "k".repeat(256)).status()).isEqualTo(400);
    assertThat(deposit("Idempotency-Key", "").status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({
    "sample-event-loop, vert.x-eventloop",
    "sample-worker, executor|worker",
    "sample-blocking, executor|worker",
    "sample-virtual, virtual",
    "sample-hop, executor|worker",
  })
  void are_found_wherever_the_function_runs(String function, String thread) {
    JsonNode said = said(function, "Idempotency-Key", "k-1", "X-Correlation-Id", "c-1");

    assertThat(said.path("thread").asText()).containsPattern(thread);
    assertThat(said.path("key").asText()).isEqualTo("k-1");
    assertThat(said.path("metadata").path("$correlationId").asText()).isEqualTo("c-1");
    assertThat(said(function).path("key").asText()).isEmpty();
  }

  @Test
  void are_never_ignored_in_silence() {
    assertThat(send("sample-own-thread", "").status()).isEqualTo(200);
    assertThat(send("sample-own-thread", "", "Idempotency-Key", "k-1").status()).isEqualTo(500);
    assertThat(send("sample-own-thread", "", "If-Match", "\"7\"").status()).isEqualTo(500);
  }

  @Test
  void are_those_of_the_call_and_of_no_other() {
    List<String> functions =
        List.of("sample-event-loop", "sample-worker", "sample-virtual", "sample-hop");

    IntStream.range(0, 300)
        .parallel()
        .forEach(
            i -> {
              String key = i % 3 == 0 ? "" : "key-" + i;
              String[] headers =
                  key.isEmpty() ? new String[0] : new String[] {"Idempotency-Key", key};
              JsonNode said = said(functions.get(i % functions.size()), headers);
              assertThat(said.path("key").asText()).isEqualTo(key);
            });
  }

  @Test
  void name_what_a_command_belongs_to() {
    Answer own = deposit();
    assertThat(own.header("x-correlation-id")).matches("[0-9a-f]{32}");
    assertThat(deposit("X-Correlation-Id", "c-1").header("x-correlation-id")).isEqualTo("c-1");

    JsonNode alone = said("sample-worker", "X-Correlation-Id", "c-1").path("metadata");
    assertThat(alone.path("$causationId").asText()).isEqualTo("c-1");
    JsonNode caused =
        said("sample-worker", "X-Correlation-Id", "c-1", "X-Causation-Id", "e-1").path("metadata");
    assertThat(caused.path("$correlationId").asText()).isEqualTo("c-1");
    assertThat(caused.path("$causationId").asText()).isEqualTo("e-1");
  }

  @Test
  void go_on_with_a_trace_and_pass_over_what_is_none() {
    String traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    assertThat(
            said("sample-worker", "traceparent", traceparent)
                .path("metadata")
                .path("traceparent")
                .asText())
        .isEqualTo(traceparent);
    for (String none : new String[] {"nonsense", "00-" + "0".repeat(32) + "-00f067aa0ba902b7-01"}) {
      assertThat(said("sample-worker", "traceparent", none).path("metadata").has("traceparent"))
          .isFalse();
    }
    assertThat(send("sample-bug", "", "traceparent", traceparent).body().path("traceId").asText())
        .isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "wait=2                 | 2",
        "respond-async, wait=3  | 3",
        "wait=99999             | 10",
        "wait=0                 | 10",
        "wait=soon              | 10",
        "longwait=2             | 10",
      })
  void say_how_long_the_caller_waits(String prefer, long seconds) {
    assertThat(said("sample-worker", "Prefer", prefer).path("seconds").asLong()).isEqualTo(seconds);
  }

  @Test
  void of_a_receipt_say_what_its_body_does_not() {
    Answer answer = send("sample-receipt", "");

    assertThat(answer.header("etag")).isEqualTo("\"7\"");
    assertThat(answer.header("consistency-token")).isEqualTo("s%C3%A4mple%201-a@7");
    assertThat(answer.header("idempotency-replayed")).isEqualTo("true");
    assertThat(answer.body().has("replayed")).isFalse();

    Answer empty = send("sample-empty-receipt", "");
    assertThat(empty.status()).isEqualTo(200);
    assertThat(empty.header("etag")).isEmpty();
    assertThat(empty.header("consistency-token")).isEmpty();
    assertThat(empty.header("idempotency-replayed")).isEmpty();
  }
}
