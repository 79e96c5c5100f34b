package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.bank.BankClient.Answer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(WithReactions.class)
@DisplayName("Transfers over HTTP")
class TransfersTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TestHTTPResource URI base;

  private final String from = UUID.randomUUID().toString();
  private final String to = UUID.randomUUID().toString();
  private final String transfer = UUID.randomUUID().toString();
  private BankClient bank;

  @BeforeEach
  void open() {
    bank = new BankClient(base);
    bank.open(from);
    bank.open(to);
    bank.deposit(from, 1000);
  }

  private static String body(String transfer, String from, String to, long cents) {
    return "{\"transfer\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"cents\":%d}"
        .formatted(transfer, from, to, cents);
  }

  private Answer transfer(long cents) {
    return bank.post("transfer-money", body(transfer, from, to, cents));
  }

  private JsonNode progress() {
    return bank.get("transfer?transfer=" + transfer).body();
  }

  private void awaitState(String state) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(progress().path("state").asText()).isEqualTo(state));
  }

  private long balance(String account) {
    return bank.get("account?account=" + account).body().path("balance").asLong();
  }

  private void awaitBalance(String account, long cents) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(balance(account)).isEqualTo(cents));
  }

  @Test
  void move_money_and_tell_how_far_they_are() {
    Answer begun = transfer(400);
    assertThat(begun.status()).isIn(200, 202);
    assertThat(begun.header("Location")).isIn("", "transfer?transfer=" + transfer);

    awaitState("done");
    assertThat(progress().path("steps").findValuesAsText("step")).containsExactly("take", "give");
    assertThat(progress().path("steps").findValuesAsText("state")).containsOnly("done");
    awaitBalance(from, 600);
    awaitBalance(to, 400);
    assertThat(transfer(400).status()).as("the same again").isEqualTo(200);
    assertThat(transfer(401).code()).isEqualTo("transfer-exists");
  }

  @Test
  void go_back_where_the_other_account_takes_nothing() {
    bank.post("close-account", "{\"account\":\"%s\"}".formatted(to));
    transfer(400);
    awaitState("failed");
    assertThat(progress().path("code").asText()).isEqualTo("account-closed");
    assertThat(progress().path("steps").findValuesAsText("state"))
        .containsExactly("undone", "refused", "done");
    awaitBalance(from, 1000);
    Answer again = transfer(400);
    assertThat(again.status()).isEqualTo(422);
    assertThat(again.code()).isEqualTo("account-closed");
  }

  @Test
  void that_are_over_can_not_be_cancelled_and_that_were_never_asked_for_neither() {
    transfer(2000);
    awaitState("failed");
    String cancel = "{\"transfer\":\"%s\"}".formatted(transfer);
    assertThat(bank.post("cancel-transfer", cancel).code()).isEqualTo("transfer-is-over");
    assertThat(bank.post("cancel-transfer", "{\"transfer\":\"none\"}").code())
        .isEqualTo("no-such-transfer");
    assertThat(bank.get("transfer?transfer=none").status()).isEqualTo(404);
    assertThat(
            bank.post(
                    "release-transfer",
                    "{\"transfer\":\"%s\",\"to\":\"%s\"}".formatted(transfer, to))
                .code())
        .isEqualTo("transfer-not-held");
  }

  @Test
  void need_two_accounts_and_an_amount() {
    assertThat(bank.post("transfer-money", body(transfer, from, from, 1)).code())
        .isEqualTo("same-account");
    Answer nothing = bank.post("transfer-money", body(transfer, from, to, 0));
    assertThat(nothing.status()).isEqualTo(400);
    assertThat(nothing.body().path("field").asText()).isEqualTo("cents");
  }

  @Test
  void leave_the_sum_of_all_money_as_it_was_paid() {
    transfer(400);
    awaitState("done");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              JsonNode money = bank.get("money").body();
              assertThat(money.path("paidIn").asLong()).isGreaterThanOrEqualTo(1000);
              assertThat(money.path("balances").asLong() + money.path("inFlight").asLong())
                  .isEqualTo(money.path("paidIn").asLong() - money.path("paidOut").asLong());
            });
  }
}
