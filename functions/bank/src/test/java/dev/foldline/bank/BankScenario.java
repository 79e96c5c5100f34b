package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.bank.BankClient.Answer;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the bank does for its callers, however it was built and wherever it runs. */
abstract class BankScenario {

  private static final int ROUNDS = System.getProperty("trained") == null ? 2 : 100;

  BankClient bank = new BankClient(URI.create("http://localhost"));

  final String account = UUID.randomUUID().toString();

  /** Where it is. */
  abstract URI base();

  @BeforeEach
  void waitUntilItIsReady() {
    bank = new BankClient(base());
    await().atMost(Duration.ofSeconds(60)).until(() -> bank.get("q/health/ready").status() == 200);
  }

  @Test
  void keeps_accounts_and_shows_them() {
    for (int i = 0; i < ROUNDS; i++) {
      keepsAccountAndShowsIt(UUID.randomUUID().toString());
    }
  }

  private void keepsAccountAndShowsIt(String account) {
    assertThat(bank.open(account).status()).isEqualTo(200);
    assertThat(bank.deposit(account, 1000).header("ETag")).isEqualTo("\"1\"");
    Answer last = bank.withdraw(account, 250);

    Answer shown = bank.query("account?account=" + account, last.header("Consistency-Token"));
    assertThat(shown.body().path("balance").asLong()).isEqualTo(750);
    assertThat(bank.get("account-history?account=" + account).body()).hasSize(3);
    Answer first = bank.get("account?account=" + account + "&revision=1");
    assertThat(first.body().path("balance").asLong()).isEqualTo(1000);
    assertThat(bank.get("largest-accounts?limit=10").status()).isEqualTo(200);
    assertThat(bank.get("accounts-of?owner=Ada").status()).isEqualTo(200);
    assertThat(bank.get("bank-totals").status()).isEqualTo(200);
    assertThat(bank.close(account).status()).isEqualTo(200);
  }

  @Test
  void does_nothing_twice_and_nothing_that_it_refuses() {
    bank.open(account);

    long revision = bank.deposit(account, 5, "key-" + account).body().path("revision").asLong();
    Answer again = bank.deposit(account, 5, "key-" + account);
    assertThat(again.body().path("revision").asLong()).isEqualTo(revision);
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(bank.withdraw(account, 10).code()).isEqualTo("insufficient-funds");
    assertThat(bank.open(account).status()).isEqualTo(422);
  }

  @Test
  void says_what_is_wrong_with_nonsense() {
    Answer none = bank.deposit(account, 0);
    assertThat(none.status()).isEqualTo(400);
    assertThat(none.body().path("field").asText()).isEqualTo("cents");
    assertThat(bank.post("deposit", "{").status()).isEqualTo(400);
    assertThat(bank.get("account?account=" + account).status()).isEqualTo(404);
    assertThat(bank.get("nothing").status()).isEqualTo(404);
  }

  /** Of 50 events and more a snapshot is kept, which is read once the state is not cached. */
  @Test
  void keeps_snapshots_of_long_streams() {
    bank.open(account);
    for (int i = 0; i < 60; i++) {
      bank.deposit(account, 1);
    }

    Answer last = bank.withdraw(account, 60);
    assertThat(last.body().path("revision").asLong()).isEqualTo(61);
  }
}
