package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code -Dstart.rounds=50} for longer. */
@DisplayName("From its start on, the bank")
class ReadinessIT {

  private static final int ROUNDS = Integer.getInteger("start.rounds", 3);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(5);
  private static final int COMMANDS = 20;

  @TempDir Path data;

  @Test
  void is_never_ready_before_it_can_do_what_it_is_told() throws Exception {
    try (Neighbours neighbours = new Neighbours(data)) {
      Map<String, String> properties = new HashMap<>(neighbours.properties());
      properties.put("foldline.idempotency.keys", "test:MDEyMzQ1Njc4OWFiY2RlZg==");
      for (int round = 0; round < ROUNDS; round++) {
        try (BankProcess bank = BankProcess.launch(properties)) {
          awaitReadiness(bank);
          for (int i = 0; i < COMMANDS; i++) {
            assertThat(bank.client().open("ready-" + round + "-" + i).status()).isEqualTo(200);
            Thread.sleep(PAUSE);
          }
        }
      }
    }
  }

  private static void awaitReadiness(BankProcess bank) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!isReady(bank)) {
      assertThat(bank.process().isAlive()).as(bank::output).isTrue();
      assertThat(System.nanoTime()).as("still not ready").isLessThan(end);
      Thread.sleep(PAUSE);
    }
  }

  private static boolean isReady(BankProcess bank) {
    try {
      return bank.client().get("q/health/ready").status() == 200;
    } catch (UncheckedIOException _) {
      return false; // it does not listen yet
    }
  }
}
