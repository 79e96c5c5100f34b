package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.bank.BankClient.Answer;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.testing.StoreRequests;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@DisplayName("The bank over HTTP")
class FunctionsTest {

  @TestHTTPResource("/")
  URI base;

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Inject EventStore store;

  private BankClient bank;
  private final String account = UUID.randomUUID().toString();

  @BeforeEach
  void setUp() {
    bank = new BankClient(base);
  }

  @Test
  void answers_a_command_with_its_receipt() {
    Answer opened = bank.open(account);
    Answer deposited = bank.deposit(account, 1000);

    assertThat(opened.status()).isEqualTo(200);
    assertThat(opened.header("content-type")).startsWith("application/json");
    assertThat(opened.body().path("stream").asText()).isEqualTo("account-" + account);
    assertThat(opened.body().path("revision").asLong()).isZero();
    assertThat(opened.header("etag")).isEqualTo("\"0\"");
    assertThat(deposited.header("etag")).isEqualTo("\"1\"");
    assertThat(deposited.body().properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("stream", "revision");
  }

  @Test
  void shows_an_account_as_it_is() {
    bank.open(account);
    bank.deposit(account, 1000);
    bank.withdraw(account, 250);

    JsonNode view = accountAt(2);

    assertThat(view.path("account").asText()).isEqualTo(account);
    assertThat(view.path("owner").asText()).isEqualTo("Ada");
    assertThat(view.path("balance").asLong()).isEqualTo(750);
    assertThat(view.path("status").asText()).isEqualTo("open");
  }

  @Test
  void shows_an_account_as_it_was_at_a_revision() {
    bank.open(account);
    bank.deposit(account, 1000);
    bank.withdraw(account, 250);

    Answer before = bank.get("account?revision=1&account=" + account);

    assertThat(before.body().path("balance").asLong()).isEqualTo(1000);
    assertThat(before.body().path("revision").asLong()).isEqualTo(1);
    assertThat(bank.get("account?revision=3&account=" + account).status()).isEqualTo(404);
  }

  @Test
  void shows_an_account_as_it_was_at_a_time() {
    bank.open(account);
    Instant opened = Instant.parse(history().get(0).path("time").asText());
    await().until(() -> Instant.now().isAfter(opened.plusMillis(2)));
    bank.deposit(account, 1000);

    Answer before = bank.get("account?at=" + opened + "&account=" + account);

    assertThat(before.body().path("balance").asLong()).isZero();
    assertThat(bank.get("account?at=2000-01-01T00:00:00Z&account=" + account).status())
        .isEqualTo(404);
  }

  @Test
  void closes_an_account_and_pays_out_what_is_left() {
    bank.open(account);
    bank.deposit(account, 1000);

    assertThat(bank.close(account).body().path("revision").asLong()).isEqualTo(3);

    JsonNode view = accountAt(3);
    assertThat(view.path("status").asText()).isEqualTo("closed");
    assertThat(view.path("balance").asLong()).isZero();
  }

  @Test
  void keeps_an_audit_trail() {
    bank.open(account);
    bank.deposit(account, 1000);
    bank.withdraw(account, 250);

    JsonNode history = history();

    assertThat(history).hasSize(3);
    assertThat(history.get(0).path("type").asText()).isEqualTo("account-opened");
    assertThat(history.get(0).path("data").path("owner").asText()).isEqualTo("Ada");
    assertThat(history.get(2).path("revision").asLong()).isEqualTo(2);
    assertThat(history.get(2).path("data").path("cents").asLong()).isEqualTo(250);
    assertThat(bank.get("account-history?from=1&limit=1&account=" + account).body()).hasSize(1);
    assertThat(bank.get("account-history?from=9&account=" + account).body()).isEmpty();
    assertThat(bank.get("account-history?account=nobody").status()).isEqualTo(404);
    assertThat(bank.get("account-history?from=9&account=nobody").status()).isEqualTo(404);
  }

  @Test
  void does_not_know_an_account_that_was_deleted_for_good() throws Exception {
    String token = bank.open(account).header("consistency-token");
    accountAt(0);
    store
        .call(StreamsGrpc.getTombstoneMethod(), StoreRequests.tombstone("account-" + account))
        .await()
        .atMost(LIMIT);
    await().atMost(Duration.ofSeconds(20)).until(() -> bank.account(account).status() == 404);

    for (String query :
        List.of(
            "account?account=" + account,
            "account?revision=0&account=" + account,
            "account?at=2999-01-31T12:00:00Z&account=" + account,
            "account-history?account=" + account)) {
      for (Answer answer :
          List.of(
              bank.get(query),
              bank.send(bank.request(query).header("Consistency-Token", token).build()))) {
        assertThat(answer.status()).as(query).isEqualTo(404);
        assertThat(answer.header("consistency-token")).as(query).isEmpty();
      }
    }
    assertThat(bank.deposit(account, 1).status()).isEqualTo(404);
    assertThat(
            bank.send(bank.request("bank-totals").header("Consistency-Token", token).build())
                .status())
        .isEqualTo(200);
  }

  @Test
  void opens_an_account_anew_that_was_deleted_but_not_for_good() throws Exception {
    bank.open(account);
    bank.deposit(account, 5);
    store
        .call(StreamsGrpc.getDeleteMethod(), StoreRequests.delete("account-" + account))
        .await()
        .atMost(LIMIT);

    assertThat(bank.get("account-history?account=" + account).status()).isEqualTo(404);
    assertThat(bank.open(account).header("etag")).isEqualTo("\"2\"");
    assertThat(bank.get("account-history?account=" + account).body()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\"", "\"a b\"", "\"ü\"", "\"a/b\""})
  void refuses_an_id_that_is_none_of_any_function(String id) {
    Answer answer = bank.post("sample-any-id", "{\"account\":%s}".formatted(id));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().path("detail").asText()).contains("1 to 200");
  }

  @Test
  void says_that_an_account_has_lost_its_events() throws Exception {
    bank.open(account);
    await().atMost(Duration.ofSeconds(30)).until(() -> bank.account(account).status() == 200);
    store
        .append("$$account-" + account, List.of(StoreRequests.metadata("{\"$tb\":1}")))
        .await()
        .atMost(LIMIT);

    for (Answer lost :
        List.of(bank.get("account-history?account=" + account), bank.withdraw(account, 1))) {
      assertThat(lost.status()).isEqualTo(500);
      assertThat(lost.code()).isEqualTo("stream-truncated");
    }
  }

  @Test
  void ranks_the_largest_accounts_exactly() {
    String second = UUID.randomUUID().toString();
    for (String each : new String[] {account, second}) {
      bank.open(each);
      for (int i = 0; i < 10; i++) {
        bank.deposit(each, 1_000_000_000_000_000L);
      }
    }
    bank.deposit(account, 1);
    accountAt(11);

    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              JsonNode top = bank.get("largest-accounts?limit=2").body().path("entries");
              assertThat(top.get(0).path("account").asText()).isEqualTo(account);
              assertThat(top.get(0).path("balance").asLong()).isEqualTo(10_000_000_000_000_001L);
              assertThat(top.get(1).path("account").asText()).isEqualTo(second);
            });

    bank.close(account);
    bank.close(second);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                bank.get("largest-accounts?limit=1000").body().findValuesAsText("account").stream()
                    .noneMatch(each -> each.equals(account) || each.equals(second)));
  }

  @Test
  void adds_up_the_totals() {
    JsonNode before = settledTotals();
    bank.open(account);
    bank.deposit(account, 1000);
    bank.withdraw(account, 250);

    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              JsonNode after = bank.get("bank-totals").body();
              assertThat(grown(before, after, "accounts")).isEqualTo(1);
              assertThat(grown(before, after, "balance")).isEqualTo(750);
              assertThat(grown(before, after, "deposited")).isEqualTo(1000);
              assertThat(grown(before, after, "withdrawn")).isEqualTo(250);
            });
  }

  @Test
  void says_what_the_business_refuses() {
    Answer early = bank.deposit(account, 1);
    bank.open(account);
    Answer poor = bank.withdraw(account, 1);

    assertThat(early.status()).isEqualTo(422);
    assertThat(early.code()).isEqualTo("account-not-open");
    assertThat(poor.status()).isEqualTo(422);
    assertThat(poor.code()).isEqualTo("insufficient-funds");
    assertThat(poor.header("content-type")).startsWith("application/problem+json");
    for (String field : new String[] {"type", "title", "status", "detail", "code"}) {
      assertThat(poor.body().has(field)).as(field).isTrue();
    }
    assertThat(bank.open(account).code()).isEqualTo("account-already-open");
  }

  @Test
  void does_not_know_an_account_that_was_never_opened() {
    Answer missing = bank.account("nobody");

    assertThat(missing.status()).isEqualTo(404);
    assertThat(missing.code()).isEqualTo("not-found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"account":"a"}                                     | cents
          {"cents":1}                                         | account
          {"account":null,"cents":1}                          | account
          {"account":"a","cents":null}                        | cents
          {"account":"a","cents":"1"}                         | cents
          {"account":"a","cents":1.5}                         | cents
          {"account":"a","cents":true}                        | cents
          {"account":"a","cents":[1]}                         | cents
          {"account":"a","cents":0}                           | cents
          {"account":"a","cents":-1}                          | cents
          {"account":"a","cents":1000000000000001}            | cents
          {"account":"a","cents":99999999999999999999}        | cents
          {"account":"a","cents":1,"currency":"EUR"}          | currency
          {"account":"a","Cents":1}                           | cents
          {"account":7,"cents":1}                             | account
          {"account":{},"cents":1}                            | account
          {"account":"","cents":1}                            | account
          {"account":"a b","cents":1}                         | account
          {"account":"ä","cents":1}                           | account
          {"account":"a/../b","cents":1}                      | account
          """)
  void names_the_field_that_is_wrong(String body, String field) {
    Answer answer = bank.post("deposit", body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("invalid-request");
    assertThat(answer.body().path("field").asText()).isEqualTo(field);
    assertThat(answer.body().path("detail").asText()).startsWith(field);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "nonsense",
        "[]",
        "7",
        "\"text\"",
        "{",
        "{\"account\":\"a\",\"cents\":1",
        "{\"account\":\"a\",\"cents\":1} trailing",
        "{\"account\":\"a\",\"account\":\"b\",\"cents\":1}",
      })
  void says_that_a_body_is_malformed(String body) {
    Answer answer = bank.post("deposit", body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("invalid-request");
    assertThat(answer.header("content-type")).startsWith("application/problem+json");
  }

  @Test
  void takes_ids_and_owners_up_to_their_limits() {
    String id = "i".repeat(64 - account.length()) + account;
    String owner = "😀".repeat(200);

    Answer opened =
        bank.post("open-account", "{\"account\":\"%s\",\"owner\":\"%s\"}".formatted(id, owner));

    assertThat(opened.status()).isEqualTo(200);
    Answer longId = bank.open("i".repeat(65));
    assertThat(longId.body().path("field").asText()).isEqualTo("account");
    Answer longOwner =
        bank.post(
            "open-account",
            "{\"account\":\"%s\",\"owner\":\"%s\"}".formatted(account, "o".repeat(201)));
    assertThat(longOwner.body().path("field").asText()).isEqualTo("owner");
    Answer brokenOwner =
        bank.post("open-account", "{\"account\":\"%s\",\"owner\":\"\\ud800\"}".formatted(account));
    assertThat(brokenOwner.body().path("field").asText()).isEqualTo("owner");
  }

  @ParameterizedTest
  @CsvSource({
    "account, account",
    "account?account=, account",
    "account?account=a&revision=x, revision",
    "account?account=a&revision=, revision",
    "account?account=a&revision=-1, revision",
    "account?account=a&at=yesterday, at",
    "account?account=a&at=2026-01-31T12:00:00Z&revision=1, at",
    "account?account=a&account=b, account",
    "account?account=a&colour=red, colour",
    "account-history?account=a&limit=0, limit",
    "account-history?account=a&limit=1001, limit",
    "account-history?account=a&from=-1, from",
    "largest-accounts?limit=0, limit",
    "largest-accounts?limit=ten, limit",
    "largest-accounts?limit=99999999999, limit",
    "largest-accounts?after=nowhere, after",
  })
  void names_the_parameter_that_is_wrong(String path, String field) {
    Answer answer = bank.get(path);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().path("field").asText()).isEqualTo(field);
  }

  @Test
  void refuses_an_address_that_is_none() {
    assertThat(raw("GET /account?account=%zz HTTP/1.1")).startsWith("HTTP/1.1 400");
    assertThat(raw("GET /%zz HTTP/1.1")).startsWith("HTTP/1.1 400");
  }

  private Answer opened(String contentType, BodyPublisher body) {
    HttpRequest.Builder request = bank.request("open-account").POST(body);
    return bank.send(
        contentType.isEmpty()
            ? request.build()
            : request.header("Content-Type", contentType).build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "Application/JSON",
        "application/json; charset=UTF-8",
        "application/json;charset=\"utf-8\"",
        "application/vnd.bank+json; version=1",
        "application/merge-patch+json"
      })
  void takes_a_body_that_is_said_to_be_json(String contentType) {
    String body =
        "{\"account\":\"%s\",\"owner\":\"100%% &=é\"%s}".formatted(account, " ".repeat(5_000));

    assertThat(opened(contentType, BodyPublishers.ofString(body)).status()).isEqualTo(200);
    byte[] garbage = {'%', (byte) 0xff, '=', 0, '&', '%', 'z'};
    assertThat(opened(contentType, BodyPublishers.ofByteArray(garbage)).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "text/plain",
        "text/json",
        "nonsense",
        "application/jsonp",
        "application/json+xml",
        "application/json, text/plain",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-16",
      })
  void takes_no_body_that_is_said_to_be_something_else(String contentType) {
    String body = "{\"account\":\"%s\",\"owner\":\"Ada\"}".formatted(account);

    Answer answer = opened(contentType, BodyPublishers.ofString(body));

    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.code()).isEqualTo("unsupported-media-type");
    assertThat(answer.header("accept")).isEqualTo("application/json");
    assertThat(answer.body().path("detail").asText()).contains("application/json", "+json");
    assertThat(bank.get("account-history?account=" + account).status()).isEqualTo(404);
  }

  @Test
  void asks_for_a_body_that_is_missing_whatever_it_would_be() {
    for (String contentType : List.of("", "text/plain", "application/json")) {
      Answer answer = opened(contentType, BodyPublishers.noBody());
      assertThat(answer.status()).as(contentType).isEqualTo(400);
      assertThat(answer.body().path("detail").asText()).startsWith("the body is missing");
    }
  }

  @Test
  void answers_whatever_text_a_request_holds() {
    for (String key : List.of("\\ud800", "\\u0000", "ü😀", "k".repeat(40_000))) {
      Answer answer = bank.post("deposit", "{\"%s\":1}".formatted(key));
      assertThat(answer.status()).as(key).isEqualTo(400);
      assertThat(answer.response().body()).hasSizeLessThan(2_000);
    }
  }

  @Test
  void refuses_a_body_that_is_too_large() {
    Answer answer = bank.post("deposit", "{\"account\":\"" + "a".repeat(100_000) + "\"}");

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.code()).isEqualTo("body-too-large");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, deposit, POST",
    "PUT, deposit, POST",
    "DELETE, withdraw, POST",
    "POST, account, 'GET, HEAD'",
    "PATCH, bank-totals, 'GET, HEAD'",
  })
  void says_which_methods_a_function_takes(String method, String function, String allow) {
    Answer answer =
        bank.send(bank.request(function).method(method, BodyPublishers.noBody()).build());

    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("allow")).isEqualTo(allow);
    assertThat(answer.code()).isEqualTo("method-not-allowed");
  }

  @Test
  void does_not_know_a_function_that_is_not_there() {
    Answer answer = bank.get("no-such-function");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.header("content-type")).startsWith("application/problem+json");
    assertThat(answer.code()).isEqualTo("no-such-function");
  }

  @Test
  void counts_and_times_what_it_does() {
    bank.open(account);
    bank.withdraw(account, 1);
    accountAt(0);

    String metrics = bank.get("q/metrics").response().body();

    assertThat(metrics)
        .contains("foldline_commands_seconds_count{function=\"open-account\",outcome=\"done\"}")
        .contains("foldline_commands_seconds_count{function=\"withdraw\",outcome=\"refused\"}")
        .contains("foldline_commands_seconds_bucket{function=\"open-account\"")
        .contains("foldline_events_appended_total")
        .contains("foldline_conflicts_total")
        .contains("foldline_retries_total")
        .contains("foldline_projection_applied_total{projection=\"account-view\"}")
        .contains("foldline_projection_duplicates_total{projection=\"account-view\"}")
        .contains("foldline_projection_lag_events{projection=\"account-view\"}")
        .contains("foldline_projection_lag_seconds{projection=\"account-view\"}");
  }

  @Test
  void is_healthy_when_store_and_redis_and_subscriptions_are() {
    Answer health = bank.get("q/health");

    assertThat(health.status()).isEqualTo(200);
    assertThat(health.response().body())
        .contains("Event store")
        .contains("Redis")
        .contains("account-view")
        .contains("bank-view");
  }

  private JsonNode history() {
    return bank.get("account-history?account=" + account).body();
  }

  /** The account once its view has come to this revision. */
  private JsonNode accountAt(long revision) {
    return await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> bank.account(account).body(),
            view -> view.path("revision").asLong(-1) == revision);
  }

  /** The totals when nothing is under way. */
  private JsonNode settledTotals() {
    bank.open(account + "-last");
    String last = account + "-last";
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> bank.get("largest-accounts?limit=1000").response().body().contains(last));
    return bank.get("bank-totals").body();
  }

  private static long grown(JsonNode before, JsonNode after, String field) {
    return new BigInteger(after.path(field).asText())
        .subtract(new BigInteger(before.path(field).asText()))
        .longValueExact();
  }

  private String raw(String requestLine) {
    try (var socket = new Socket(base.getHost(), base.getPort())) {
      socket.setSoTimeout(5_000);
      socket
          .getOutputStream()
          .write(
              (requestLine + "\r\nHost: bank\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
