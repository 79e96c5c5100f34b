package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The bank, killed with its event store while deposits run")
class RestartIT {

  private static final int ACCOUNTS = 8;
  private static final int ROUNDS = Integer.getInteger("restart.rounds", 1);
  private static final int DEPOSITS = 300;

  @TempDir Path data;

  private final AtomicLong next = new AtomicLong();
  private final Set<Long> sent = ConcurrentHashMap.newKeySet();
  private final Set<Long> done = ConcurrentHashMap.newKeySet();

  @Test
  void keeps_every_deposit_that_it_answered_and_no_more_than_were_sent() throws Exception {
    try (Neighbours neighbours = new Neighbours(data)) {
      BankProcess bank = BankProcess.start(neighbours.properties());
      for (int i = 0; i < ACCOUNTS; i++) {
        assertThat(bank.client().open("r-" + i).status()).isEqualTo(200);
      }
      for (int round = 1; round <= ROUNDS; round++) {
        depositUntilKilled(bank, neighbours, round * DEPOSITS);
        neighbours.startStore();
        bank = BankProcess.start(neighbours.properties());
      }
      try (BankProcess last = bank) {
        verify(last.client());
      }
    }
  }

  /** Kills both as soon as so many deposits were answered, with others under way. */
  private void depositUntilKilled(BankProcess bank, Neighbours neighbours, int answered)
      throws Exception {
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 2 * ACCOUNTS; i++) {
        String account = "r-" + i % ACCOUNTS;
        callers.execute(() -> depositWhileItLives(bank, account));
      }
      await().atMost(Duration.ofSeconds(60)).until(() -> done.size() >= answered);
      neighbours.stopStore();
      bank.kill();
    }
  }

  private void depositWhileItLives(BankProcess bank, String account) {
    while (bank.process().isAlive()) {
      long cents = next.incrementAndGet();
      sent.add(cents);
      try {
        if (bank.client().deposit(account, cents).status() == 200) {
          done.add(cents);
        }
      } catch (UncheckedIOException _) {
        return; // it was killed before it answered
      }
    }
  }

  private void verify(BankClient bank) {
    List<Long> stored = new ArrayList<>();
    Map<String, Long> balances = new HashMap<>();
    for (int i = 0; i < ACCOUNTS; i++) {
      String account = "r-" + i;
      for (long cents : depositsOf(bank, account)) {
        stored.add(cents);
        balances.merge(account, cents, Long::sum);
      }
    }

    assertThat(stored).doesNotHaveDuplicates().containsAll(done);
    assertThat(sent).containsAll(stored);
    long total = balances.values().stream().mapToLong(Long::longValue).sum();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              for (Map.Entry<String, Long> balance : balances.entrySet()) {
                assertThat(bank.account(balance.getKey()).body().path("balance").asLong())
                    .isEqualTo(balance.getValue());
              }
              JsonNode totals = bank.get("bank-totals").body();
              assertThat(totals.path("accounts").asInt()).isEqualTo(ACCOUNTS);
              assertThat(totals.path("balance").asLong()).isEqualTo(total);
              assertThat(totals.path("deposited").asLong()).isEqualTo(total);
            });
  }

  private static List<Long> depositsOf(BankClient bank, String account) {
    List<Long> deposits = new ArrayList<>();
    for (long from = 0; ; from += 1000) {
      JsonNode page =
          bank.get("account-history?limit=1000&from=" + from + "&account=" + account).body();
      for (JsonNode entry : page) {
        if (entry.path("type").asText().equals("account-deposited")) {
          deposits.add(entry.path("data").path("cents").asLong());
        }
      }
      if (page.size() < 1000) {
        return deposits;
      }
    }
  }
}
