package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Concurrent withdrawals")
class ConcurrencyIT {

  private static final int WITHDRAWALS = 200;

  /** So that each is done or refused, however slow the machine is and whoever was first. */
  private static final Map<String, String> UNHURRIED =
      Map.of(
          "foldline.eventstoredb.timeout", "60s",
          "foldline.commands.timeout", "60s",
          "foldline.commands.attempts", "1000");

  @TempDir static Path data;

  private static Neighbours neighbours;
  private static BankProcess first;
  private static BankProcess second;

  @BeforeAll
  static void start() {
    neighbours = new Neighbours(data);
    Map<String, String> properties = new HashMap<>(neighbours.properties());
    properties.putAll(UNHURRIED);
    first = BankProcess.start(properties);
    second = BankProcess.start(properties);
  }

  @AfterAll
  static void stop() {
    try (var _ = neighbours;
        var _ = first;
        var _ = second) {
      // closed in reverse order
    }
  }

  @Test
  void take_exactly_what_is_there_from_one_account_of_one_instance() throws Exception {
    withdrawFrom(1, List.of(first.client()));
  }

  @Test
  void take_exactly_what_is_there_from_one_account_of_two_instances() throws Exception {
    withdrawFrom(1, List.of(first.client(), second.client()));
  }

  @Test
  void take_exactly_what_is_there_from_twenty_accounts_of_two_instances() throws Exception {
    withdrawFrom(20, List.of(first.client(), second.client()));
  }

  private static void withdrawFrom(int count, List<BankClient> banks) throws Exception {
    List<String> accounts =
        IntStream.range(0, count).mapToObj(_ -> UUID.randomUUID().toString()).toList();
    for (String account : accounts) {
      assertThat(banks.getFirst().open(account).status()).isEqualTo(200);
      assertThat(banks.getFirst().deposit(account, 5_000).status()).isEqualTo(200);
    }

    Map<String, Map<String, Long>> statuses = withdrawAtOnce(accounts, banks);

    for (String account : accounts) {
      assertThat(statuses.get(account))
          .isEqualTo(Map.of("200", 50L, "422 insufficient-funds", 150L));
      assertThat(balancesOf(account, banks.getFirst()))
          .hasSize(52)
          .allMatch(balance -> balance >= 0)
          .endsWith(0L);
    }
  }

  private static Map<String, Map<String, Long>> withdrawAtOnce(
      List<String> accounts, List<BankClient> banks) throws Exception {
    Semaphore inFlight = new Semaphore(WITHDRAWALS);
    Map<String, List<Future<String>>> answers = new HashMap<>();
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < WITHDRAWALS; i++) {
        BankClient bank = banks.get(i % banks.size());
        for (String account : accounts) {
          Callable<String> withdrawal = () -> outcome(bank.withdraw(account, 100));
          answers
              .computeIfAbsent(account, _ -> new ArrayList<>())
              .add(callers.submit(() -> limited(inFlight, withdrawal)));
        }
      }
    }
    return answers.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry ->
                    entry.getValue().stream()
                        .map(ConcurrencyIT::get)
                        .collect(
                            Collectors.groupingBy(outcome -> outcome, Collectors.counting()))));
  }

  private static String outcome(BankClient.Answer answer) {
    String detail = answer.status() == 503 ? answer.body().path("detail").asText() : "";
    return "%d %s %s".formatted(answer.status(), answer.code(), detail).strip();
  }

  private static <T> T limited(Semaphore limit, Callable<T> call) throws Exception {
    limit.acquire();
    try {
      return call.call();
    } finally {
      limit.release();
    }
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /** The balance at each revision, by the audit trail. */
  private static List<Long> balancesOf(String account, BankClient bank) {
    List<Long> balances = new ArrayList<>();
    long balance = 0;
    for (JsonNode entry : bank.get("account-history?limit=1000&account=" + account).body()) {
      long cents = entry.path("data").path("cents").asLong();
      balance += entry.path("type").asText().equals("account-withdrawn") ? -cents : cents;
      balances.add(balance);
    }
    return balances;
  }
}
