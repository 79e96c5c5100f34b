package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.bank.AccountCommand.Withdraw;
import dev.foldline.bank.BankClient.Answer;
import dev.foldline.core.Refused;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.CommandIdentity.OfEffect;
import dev.foldline.core.commands.CommandIdentity.OnRefusal;
import dev.foldline.core.commands.Earlier;
import dev.foldline.eventstoredb.commands.CommandHandler;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@DisplayName("An account with marks")
class MarksTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TestHTTPResource("/")
  URI base;

  @Inject CommandHandler commands;

  private BankClient bank;
  private final String account = UUID.randomUUID().toString();

  @BeforeEach
  void setUp() {
    bank = new BankClient(base);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> bank.get("bank-totals").status() == 200); // it was built
  }

  /** A withdrawal for an effect that is refused, and marked. */
  private void mark() {
    OfEffect effect = new OfEffect(UUID.randomUUID(), 0, new Earlier.NeverWas(), OnRefusal.MARK);
    assertThatThrownBy(
            () ->
                commands
                    .handle(
                        Account.DECIDER,
                        new Withdraw(account, 1_000_000),
                        CommandContext.NONE,
                        effect)
                    .await()
                    .atMost(LIMIT))
        .isInstanceOf(Refused.class);
  }

  private String token(long revision) {
    return "account-" + account + "@" + revision;
  }

  private Answer deposit(String header, String value) {
    String body = "{\"account\":\"%s\",\"cents\":5}".formatted(account);
    HttpRequest.Builder request = bank.request("deposit").header(header, value);
    return bank.send(BankClient.posting(request, body).build());
  }

  private JsonNode asOf(long revision) {
    return bank.get("account?revision=" + revision + "&account=" + account).body();
  }

  private List<Long> history(String page) {
    JsonNode entries = bank.get("account-history?account=" + account + page).body();
    return entries.findValues("revision").stream().map(JsonNode::asLong).toList();
  }

  /** Marks at 0, 2, 3 and 5; it is opened at 1, and 5 cents are deposited at 4. */
  private void fill() {
    mark();
    bank.open(account);
    mark();
    mark();
    bank.deposit(account, 5);
    mark();
  }

  @Test
  void is_none_where_there_are_only_marks() {
    mark();
    mark();

    for (String query :
        List.of(
            "account?account=" + account,
            "account?revision=0&account=" + account,
            "account?at=2999-01-31T12:00:00Z&account=" + account,
            "account-history?account=" + account,
            "account-history?from=1&account=" + account,
            "account-history?from=9&account=" + account)) {
      for (Answer answer : List.of(bank.get(query), bank.query(query, token(1)))) {
        assertThat(answer.status()).as(query).isEqualTo(404);
        assertThat(answer.header("etag")).as(query).isEmpty();
      }
    }
    assertThat(deposit("If-Match", "*").status()).isEqualTo(412);
    assertThat(deposit("If-Match", "\"1\"").status()).isEqualTo(412);
    assertThat(deposit("If-Match", "\"1\"").header("etag")).isEmpty();
    assertThat(bank.query("bank-totals", token(1)).status()).isEqualTo(200);
  }

  @Test
  void is_opened_behind_them_as_one_that_is_not_there() {
    mark();

    HttpRequest.Builder open = bank.request("open-account").header("If-None-Match", "*");
    String body = "{\"account\":\"%s\",\"owner\":\"Ada\"}".formatted(account);
    Answer opened = bank.send(BankClient.posting(open, body).build());

    assertThat(opened.status()).isEqualTo(200);
    assertThat(opened.header("etag")).isEqualTo("\"1\"");
    Answer view = bank.query("account?account=" + account, token(1));
    assertThat(view.body().path("revision").asLong()).isEqualTo(1);
    mark();
    assertThat(deposit("If-None-Match", "*").status()).isEqualTo(412);
  }

  @Test
  void has_them_in_no_history_and_pages_past_them() {
    fill();

    assertThat(history("")).containsExactly(1L, 4L);
    assertThat(history("&limit=1")).containsExactly(1L);
    assertThat(history("&from=2&limit=1")).containsExactly(4L);
    assertThat(history("&from=5")).isEmpty();
    assertThat(bank.get("account-history?from=5&account=" + account).status()).isEqualTo(200);
  }

  @Test
  void is_as_of_a_mark_what_it_was_there() {
    fill();

    assertThat(asOf(0).path("status").asInt()).isEqualTo(404);
    assertThat(LongStream.rangeClosed(1, 5).map(at -> asOf(at).path("balance").asLong()))
        .containsExactly(0L, 0L, 0L, 5L, 5L);
    assertThat(LongStream.rangeClosed(1, 5).map(at -> asOf(at).path("revision").asLong()))
        .containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(asOf(6).path("status").asInt()).isEqualTo(404);
    Answer last = bank.get("account?at=2999-01-31T12:00:00Z&account=" + account);
    assertThat(last.body().path("balance").asLong()).isEqualTo(5);
  }

  @Test
  void is_in_its_views_without_them() {
    fill();

    Answer view = bank.query("account?account=" + account, token(5));
    assertThat(view.status()).isEqualTo(200);
    assertThat(view.body().path("balance").asLong()).isEqualTo(5);
    assertThat(view.header("consistency")).isIn("read-model", "waited", "folded");
    assertThat(view.header("etag")).isEqualTo("\"5\"");
    Answer largest = bank.query("largest-accounts?limit=1000", token(5));
    assertThat(largest.status()).isEqualTo(200);
    assertThat(largest.body().findValuesAsText("account")).containsOnlyOnce(account);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"4\"", "\"5\"", "*"})
  void matches_its_last_event_and_each_mark_behind_it(String tag) {
    fill();

    assertThat(deposit("If-Match", tag).header("etag")).isEqualTo("\"6\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"0\"", "\"1\"", "\"3\"", "\"6\""})
  void matches_nothing_before_or_behind(String tag) {
    fill();

    Answer refused = deposit("If-Match", tag);

    assertThat(refused.status()).isEqualTo(412);
    assertThat(refused.header("etag")).isEqualTo("\"4\"");
    assertThat(deposit("If-Match", refused.header("etag")).status()).isEqualTo(200);
  }
}
