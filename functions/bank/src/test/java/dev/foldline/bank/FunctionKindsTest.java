package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.bank.BankClient.Answer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@DisplayName("A function of any kind over HTTP")
class FunctionKindsTest {

  @TestHTTPResource("/")
  URI base;

  private BankClient bank;

  @BeforeEach
  void setUp() {
    bank = new BankClient(base);
  }

  @Test
  void that_returns_nothing_has_no_content() {
    Answer answer = bank.post("sample-void", "");

    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.response().body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sample-bug", "sample-error"})
  void that_fails_tells_no_secret(String function) {
    Answer answer = bank.post(function, "");

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body().path("traceId").asText()).matches("[0-9a-f]{32}");
    assertThat(answer.response().body()).doesNotContain("secret");
  }

  @Test
  void keeps_its_request_scope_until_it_has_answered() {
    assertThat(bank.post("sample-request-scope", "").response().body()).isEqualTo("true");
  }

  @Test
  void is_not_worked_for_when_its_caller_has_gone() throws IOException {
    int before = SampleFunctions.CANCELLED.get();
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      socket
          .getOutputStream()
          .write(
              "POST /sample-never HTTP/1.1\r\nHost: bank\r\nContent-Length: 0\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
    }

    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> SampleFunctions.CANCELLED.get() == before + 1);
    assertThat(bank.get("q/metrics").response().body())
        .contains("function=\"sample-never\",outcome=\"gone\"");
  }

  @Test
  void is_counted_once_though_it_ends_after_its_caller_has_gone() throws Exception {
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      socket
          .getOutputStream()
          .write(
              "GET /sample-left HTTP/1.1\r\nHost: bank\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(SampleFunctions.STARTED.get(10, TimeUnit.SECONDS)).isNotNull();
    }
    SampleFunctions.STARTED.join().join(Duration.ofSeconds(20));

    assertThat(bank.get("q/metrics").response().body().lines())
        .filteredOn(line -> line.startsWith("foldline_queries_seconds_count{"))
        .filteredOn(line -> line.contains("function=\"sample-left\""))
        .singleElement()
        .asString()
        .contains("outcome=\"gone\"")
        .endsWith(" 1.0");
  }

  @Test
  void answers_head_without_a_body() {
    await().atMost(Duration.ofSeconds(30)).until(() -> bank.get("q/health/ready").status() == 200);
    Answer head =
        bank.send(bank.request("sample-worker").method("HEAD", BodyPublishers.noBody()).build());

    assertThat(head.status()).isEqualTo(200);
    assertThat(head.response().headers().firstValueAsLong("content-length").orElse(0)).isPositive();
    assertThat(head.response().body()).isEmpty();
  }

  @Test
  void takes_a_body_in_chunks() {
    byte[] body =
        "{\"account\":\"%s\",\"owner\":\"Ada\"}"
            .formatted(UUID.randomUUID())
            .getBytes(StandardCharsets.UTF_8);

    Answer chunked =
        bank.send(
            bank.request("open-account")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build());

    assertThat(chunked.status()).isEqualTo(200);
  }

  @Test
  void that_writes_more_than_the_store_takes_says_so_and_writes_nothing() {
    String account = UUID.randomUUID().toString();

    Answer answer = bank.post("sample-large", "{\"account\":\"%s\"}".formatted(account));

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.code()).isEqualTo("event-too-large");
    assertThat(answer.body().path("stream").asText()).isEqualTo("account-" + account);
    assertThat(bank.get("account-history?account=" + account).status()).isEqualTo(404);
  }

  @Test
  void for_parked_events_are_not_there_unless_asked_for() {
    assertThat(bank.get("parked-events?projection=account-view").status()).isEqualTo(404);
  }
}
