package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.bank.BankClient.Answer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("One account, called through two instances at once")
class LinearizabilityIT {

  private static final int ACCOUNTS = 5;
  private static final int CALLERS = 6;
  private static final int CALLS = 12;

  @TempDir Path data;

  @Test
  void is_one_account() throws Exception {
    try (Neighbours neighbours = new Neighbours(data);
        BankProcess first = BankProcess.start(neighbours.properties());
        BankProcess second = BankProcess.start(neighbours.properties())) {
      List<BankClient> banks = List.of(first.client(), second.client());
      for (int i = 0; i < ACCOUNTS; i++) {
        String account = "l-" + i;
        assertThat(first.client().open(account).status()).isEqualTo(200);
        History history = new History();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
          List<Future<?>> all =
              IntStream.range(0, CALLERS)
                  .<Future<?>>mapToObj(
                      caller -> callers.submit(() -> call(banks.get(caller % 2), account, history)))
                  .toList();
          for (Future<?> each : all) {
            each.get();
          }
        }
        assertThat(history.isLinearizable(0, 0)).isTrue();
      }
    }
  }

  private static void call(BankClient bank, String account, History history) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int i = 0; i < CALLS; i++) {
      long cents = random.nextInt(1, 20);
      if (random.nextBoolean()) {
        history.record(cents, () -> answer(bank.deposit(account, cents)));
      } else {
        history.record(-cents, () -> answer(bank.withdraw(account, cents)));
      }
    }
  }

  private static long answer(Answer answer) {
    return switch (answer.status()) {
      case 200 -> answer.body().path("revision").asLong();
      case 422 -> History.Operation.REFUSED;
      case 503 -> History.Operation.UNKNOWN;
      default -> throw new AssertionError(answer.response().body());
    };
  }
}
