package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.bank.BankClient.Answer;
import io.quarkus.redis.datasource.RedisDataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(ConditionalQueriesTest.OneMayWait.class)
@DisplayName("A query whose caller has a document already")
class ConditionalQueriesTest {

  /** So that it is seen whether someone waits. */
  public static class OneMayWait implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("foldline.queries.waiting", "1", "foldline.queries.longest-wait", "25s");
    }
  }

  @TestHTTPResource("/")
  URI base;

  @Inject RedisDataSource redis;

  private BankClient bank;
  private final String account = UUID.randomUUID().toString();

  @BeforeEach
  void open() {
    bank = new BankClient(base);
    bank.open(account);
    await().atMost(Duration.ofSeconds(30)).until(() -> bank.account(account).status() == 200);
    announcements().forEach(redis.key()::del);
  }

  /** There while a query waits, and until it would have in vain. */
  private List<String> announcements() {
    return redis.key().keys("*account-view*:waiting");
  }

  private HttpRequest request(String path, String... headers) {
    return bank.request(path).headers(headers).build();
  }

  private Answer query(String... headers) {
    return bank.send(request("account?account=" + account, headers));
  }

  private CompletableFuture<Answer> waits(String... headers) {
    return CompletableFuture.supplyAsync(() -> query(headers));
  }

  private void untilOneWaits() {
    await().atMost(Duration.ofSeconds(20)).until(() -> !announcements().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"0\"", "W/\"0\"", "\"7\", \"0\"", "*"})
  void is_answered_without_a_body(String tags) {
    Answer known = query("If-None-Match", tags);

    assertThat(known.status()).isEqualTo(304);
    assertThat(known.response().body()).isEmpty();
    assertThat(known.header("etag")).isEqualTo("\"0\"");
    assertThat(known.header("consistency-token")).isEqualTo("account-" + account + "@0");
    assertThat(known.header("preference-applied")).isEmpty();
  }

  @Test
  void is_answered_with_what_is_newer_and_its_tag() {
    Answer first = query("If-None-Match", "\"7\"");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.header("etag")).isEqualTo("\"0\"");
    String token = bank.deposit(account, 5).header("consistency-token");

    Answer later = query("If-None-Match", "\"0\"", "Consistency-Token", token, "Prefer", "wait=9");

    assertThat(later.status()).isEqualTo(200);
    assertThat(later.header("etag")).isEqualTo("\"1\"");
    assertThat(later.body().path("balance").asLong()).isEqualTo(5);
    assertThat(
            query("If-None-Match", "\"1\"", "Consistency-Token", token, "Prefer", "wait=1")
                .status())
        .isEqualTo(304);
    HttpRequest past = request("account?revision=0&account=" + account, "If-None-Match", "\"0\"");
    assertThat(bank.send(past).status()).isEqualTo(304);
  }

  @Test
  void may_be_a_head() {
    HttpRequest.Builder head = bank.request("account?account=" + account).HEAD();

    assertThat(bank.send(head.build()).header("etag")).isEqualTo("\"0\"");
    assertThat(bank.send(head.header("If-None-Match", "\"0\"").build()).status()).isEqualTo(304);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "\"0", "\"0\" \"1\"", "w/\"0\"", "*, \"0\""})
  void is_refused_where_the_tags_are_malformed(String tags) {
    Answer answer = query("If-None-Match", tags);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().path("field").asText()).isEqualTo("If-None-Match");
  }

  @Test
  void waits_for_something_newer() throws Exception {
    CompletableFuture<Answer> newer = waits("If-None-Match", "\"0\"", "Prefer", "wait=999");
    untilOneWaits();
    assertThat(newer).isNotDone();

    bank.deposit(account, 5);

    Answer answer = newer.get(20, TimeUnit.SECONDS);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("etag")).isEqualTo("\"1\"");
    assertThat(answer.header("preference-applied")).isEqualTo("wait=25");
    assertThat(answer.header("consistency-token")).isEqualTo("account-" + account + "@1");
    assertThat(answer.body().path("balance").asLong()).isEqualTo(5);
  }

  @Test
  void is_answered_without_a_body_where_nothing_comes() {
    Answer known = query("If-None-Match", "\"0\"", "Prefer", "wait=1");

    assertThat(known.status()).isEqualTo(304);
    assertThat(known.header("etag")).isEqualTo("\"0\"");
    assertThat(known.header("preference-applied")).isEqualTo("wait=1");
  }

  @Test
  void does_not_wait_where_there_is_nothing_or_any_will_do() {
    Answer any = query("If-None-Match", "*", "Prefer", "wait=20");
    assertThat(any.status()).isEqualTo(304);
    assertThat(any.header("preference-applied")).isEmpty();

    Answer none =
        bank.send(request("account?account=nobody", "If-None-Match", "\"0\"", "Prefer", "wait=20"));
    assertThat(none.status()).isEqualTo(404);
    assertThat(none.header("etag")).isEmpty();
  }

  @Test
  void does_not_wait_any_more_once_its_caller_has_gone() throws Exception {
    try (Socket caller = new Socket(base.getHost(), base.getPort())) {
      caller
          .getOutputStream()
          .write(
              ("GET /account?account=%s HTTP/1.1\r\nHost: bank\r\n".formatted(account)
                      + "If-None-Match: \"0\"\r\nPrefer: wait=25\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      untilOneWaits();
      Answer second = query("If-None-Match", "\"0\"", "Prefer", "wait=1");
      assertThat(second.code()).isEqualTo("overloaded");
      assertThat(second.header("retry-after")).isNotEmpty();
    }

    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> query("If-None-Match", "\"0\"", "Prefer", "wait=1").status() == 304);
  }

  @Test
  void is_told_where_redis_can_not_say_whether_something_newer_came() throws Exception {
    CompletableFuture<Answer> newer = waits("If-None-Match", "\"0\"", "Prefer", "wait=25");
    untilOneWaits();
    redis.execute("ACL", "SETUSER", "default", "-subscribe");
    try {
      redis.execute("CLIENT", "KILL", "TYPE", "pubsub");

      Answer answer = newer.get(20, TimeUnit.SECONDS);

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.code()).isEqualTo("unavailable");
    } finally {
      redis.execute("ACL", "SETUSER", "default", "+subscribe");
    }
  }

  @Test
  void is_no_command() {
    String body = "{\"account\":\"%s\",\"cents\":1}".formatted(account);
    HttpRequest.Builder deposit =
        bank.request("deposit")
            .header("Content-Type", "application/json")
            .header("If-None-Match", "\"0\"")
            .POST(BodyPublishers.ofString(body));

    assertThat(bank.send(deposit.build()).status()).isEqualTo(400);
    assertThat(bank.get("bank-totals").header("etag")).isEmpty();
  }
}
