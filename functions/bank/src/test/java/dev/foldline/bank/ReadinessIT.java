package dev.foldline.bank;

import static java.util.function.Predicate.isEqual;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.bank.BankClient.Answer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code -Dstart.rounds=50} for longer. */
@DisplayName("From its start on, the bank")
class ReadinessIT {

  private static final int ROUNDS = Integer.getInteger("start.rounds", 2);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(5);
  private static final int COMMANDS = 20;

  @TempDir Path data;

  @Test
  void takes_its_events_though_nobody_calls() throws Exception {
    try (Neighbours neighbours = new Neighbours(data);
        BankProcess bank = BankProcess.launch(BankProcess.inProduction(neighbours.properties()))) {
      var groups = neighbours.store().subscriptions();
      await()
          .atMost(PATIENCE)
          .failFast(() -> !bank.process().isAlive())
          .ignoreException(ExecutionException.class) // while there is no group
          .until(
              () ->
                  groups.listToAll().get(10, TimeUnit.SECONDS).stream()
                      .filter(group -> !group.getConnections().isEmpty())
                      .map(group -> BankProcess.withoutShape(group.getGroupName()))
                      .collect(toSet()),
              isEqual(
                  Set.of(
                      "bank:account-view-v1",
                      "bank:bank-view-v1",
                      "bank:closed-accounts",
                      "bank:money-v1",
                      "bank:process-transfer",
                      "bank:reaction-transfer-next")));
    }
  }

  @Test
  void is_never_ready_before_it_can_do_what_it_is_told() throws Exception {
    try (Neighbours neighbours = new Neighbours(data)) {
      Map<String, String> properties = BankProcess.inProduction(neighbours.properties());
      for (int round = 0; round < ROUNDS; round++) {
        try (BankProcess bank = BankProcess.launch(properties)) {
          pollUntilReady(bank, round);
        }
      }
    }
  }

  /** Whenever it says that it is ready, the next command is done. */
  private static void pollUntilReady(BankProcess bank, int round) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    int done = 0;
    for (int i = 0; done < COMMANDS; i++) {
      assertThat(bank.process().isAlive()).as(bank::output).isTrue();
      assertThat(System.nanoTime()).as("still not ready").isLessThan(end);
      boolean ready = isOk(() -> bank.client().get("q/health/ready"));
      String account = "ready-" + round + "-" + i;
      boolean isDone = isOk(() -> bank.client().open(account));
      if (ready) {
        assertThat(isDone).as(bank::output).isTrue();
        done++;
      }
      Thread.sleep(PAUSE);
    }
  }

  private static boolean isOk(Supplier<Answer> call) {
    try {
      return call.get().status() == 200;
    } catch (UncheckedIOException _) {
      return false; // it does not listen yet
    }
  }
}
