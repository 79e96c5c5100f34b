package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.bank.BankClient.Answer;
import dev.foldline.testing.Activator;
import dev.foldline.testing.ApplicationProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code -Dactivator.steps=200 -Dactivator.seed=7} has a platform do more, and otherwise: each step
 * starts, stops or kills an instance.
 */
@DisplayName("A bank whose platform starts instances when they are called, and ends them")
class ScaledToZeroIT {

  private static final int STEPS = Integer.getInteger("activator.steps", 4);
  private static final long SEED = Long.getLong("activator.seed", 1);
  private static final int CALLERS = 4;
  private static final Duration LIMIT = Duration.ofSeconds(90);

  @TempDir Path data;

  @Test
  void gives_nobody_an_answer_that_is_not_true() throws Exception {
    Random random = new Random(SEED);
    try (Neighbours neighbours = new Neighbours(data);
        BankProcess _ = BankProcess.start(properties(neighbours, "projections,builds"));
        Activator platform = new Activator(() -> instance(neighbours), "q/health/ready");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      BankClient bank = new BankClient(platform.url());
      AtomicBoolean goesOn = new AtomicBoolean(true);
      AtomicInteger calls = new AtomicInteger();
      List<Future<Long>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        String account = "a-" + i;
        callers.add(threads.submit(calls(bank, account, new Random(SEED + i), goesOn, calls)));
      }
      for (int step = 0; step < STEPS; step++) {
        int before = calls.get();
        await().atMost(LIMIT).until(() -> calls.get() > before + CALLERS || hasFailed(callers));
        if (hasFailed(callers)) {
          break;
        }
        switch (random.nextInt(3)) {
          case 0 -> platform.add();
          case 1 -> platform.stop();
          default -> platform.kill();
        }
      }
      goesOn.set(false);
      for (Future<Long> caller : callers) {
        assertThat(caller.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isPositive();
      }
      assertThat(platform.started()).as("seed %d", SEED).isPositive();
    }
  }

  private static boolean hasFailed(List<Future<Long>> callers) {
    return callers.stream().anyMatch(Future::isDone);
  }

  /** What one has an account hold, each time with a key, until it is answered; its balance. */
  private static Callable<Long> calls(
      BankClient bank, String account, Random random, AtomicBoolean goesOn, AtomicInteger calls) {
    return () -> {
      answered(
          () ->
              bank.send(
                  BankClient.posting(
                          bank.request("open-account").header("Idempotency-Key", account),
                          "{\"account\":\"%s\",\"owner\":\"Ada\"}".formatted(account))
                      .build()),
          200);
      long balance = 0;
      long revision = 0;
      while (goesOn.get() || balance == 0) {
        long cents = 1L + random.nextInt(100);
        String key = account + "-" + revision;
        Answer deposit = answered(() -> bank.deposit(account, cents, key), 200);
        balance += cents;
        revision++;
        assertThat(deposit.body().path("revision").asLong()).isEqualTo(revision);
        Answer refused = answered(() -> bank.withdraw(account, 1_000_000_000), 422);
        assertThat(refused.code()).isEqualTo("insufficient-funds");
        Answer shown =
            answered(
                () -> bank.query("account?account=" + account, deposit.header("Consistency-Token")),
                200);
        assertThat(balance(shown)).isEqualTo(balance);
        calls.incrementAndGet();
      }
      return balance;
    };
  }

  private static long balance(Answer account) {
    return account.body().path("balance").asLong(-1);
  }

  /** Asks until somebody answers who was not killed. */
  private static Answer answered(Callable<Answer> call, int status) {
    Answer answer =
        await()
            .atMost(LIMIT)
            .until(call, it -> it.status() != 502 && it.status() != 503 && it.status() != 409);
    assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
    return answer;
  }

  private static ApplicationProcess instance(Neighbours neighbours) {
    return new ApplicationProcess(
        BankProcess.APPLICATION,
        List.of(),
        BankProcess.inProduction(properties(neighbours, "commands,queries")),
        Map.of());
  }

  private static Map<String, String> properties(Neighbours neighbours, String roles) {
    Map<String, String> properties = new HashMap<>(neighbours.properties());
    properties.put("foldline.run", roles);
    properties.put("mp.messaging.incoming.closed-accounts.enabled", "false");
    return properties;
  }
}
