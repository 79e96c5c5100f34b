package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.bank.BankClient.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

@DisplayName("An instance of the bank that is to end")
class DrainingIT {

  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final int CALLERS = 6;

  @TempDir Path data;

  /** Whoever is in front of instances sends nobody more to one that says that it is not ready. */
  @Test
  void ends_what_it_was_asked_and_cuts_off_nobody() throws Exception {
    try (Neighbours neighbours = new Neighbours(data);
        BankProcess bank = BankProcess.start(properties(neighbours));
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(bank.client().open("a-1").status()).isEqualTo(200);
      AtomicBoolean sent = new AtomicBoolean(true);
      AtomicInteger done = new AtomicInteger();
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        calls.add(callers.submit(deposits(bank, sent, done)));
      }
      await().atMost(LIMIT).until(() -> done.get() >= 20);

      bank.process().destroy();
      awaitNotReady(bank);
      sent.set(false);
      for (Future<?> call : calls) {
        call.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      }

      assertEnded(bank);
      try (BankProcess next = BankProcess.start(properties(neighbours))) {
        Answer one = next.client().deposit("a-1", 1);
        assertThat(one.body().path("revision").asInt()).isEqualTo(done.get() + 1);
      }
    }
  }

  private static Callable<Void> deposits(BankProcess bank, AtomicBoolean sent, AtomicInteger done) {
    return () -> {
      while (sent.get()) {
        assertThat(bank.client().deposit("a-1", 1).status()).isEqualTo(200);
        done.incrementAndGet();
      }
      return null;
    };
  }

  @Test
  void waits_for_a_command_that_the_store_has_not_answered_yet() throws Exception {
    try (Neighbours neighbours = new Neighbours(data);
        BankProcess bank = BankProcess.start(properties(neighbours));
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(bank.client().open("a-1").status()).isEqualTo(200);
      List<Future<Answer>> slow = new ArrayList<>();
      neighbours.whileStoreHangs(
          () -> {
            slow.add(callers.submit(() -> bank.client().deposit("a-1", 1)));
            bank.process().destroy();
            await()
                .atMost(LIMIT)
                .until(() -> bank.output().contains("Waiting for HTTP requests to complete"));
          });

      assertThat(slow.getFirst().get(LIMIT.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
      assertEnded(bank);
    }
  }

  private static void awaitNotReady(BankProcess bank) {
    await().atMost(LIMIT).until(() -> bank.client().get("q/health/ready").status() == 503);
  }

  private static void assertEnded(BankProcess bank) {
    assertThat(bank.end(LIMIT)).as(bank.output()).isEqualTo(143);
    assertThat(bank.output()).doesNotContain("Timed out waiting for graceful shutdown");
  }

  private static Map<String, String> properties(Neighbours neighbours) {
    Map<String, String> properties = new HashMap<>(neighbours.properties());
    properties.put("quarkus.shutdown.delay", "2s");
    properties.put("foldline.eventstoredb.timeout", "8s");
    return properties;
  }
}
