package dev.foldline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.testing.Account.Command.Deposit;
import dev.foldline.testing.Account.Command.Open;
import dev.foldline.testing.Transfer.Command.Request;
import dev.foldline.testing.simulation.Simulation;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Transfers between accounts, whatever is lost or delivered again")
class TransferSimulationTest {

  @Test
  void keep_the_sum_and_come_to_their_ends() {
    Simulation.withSeeds(
        LongStream.range(0, 200),
        seed -> {
          Simulation bank = Simulation.of(Transfer.NEXT);
          bank.give(Account.DECIDER, new Open("a", "Ada"), new Deposit("a", 100));
          bank.give(Account.DECIDER, new Open("b", "Bob"));
          bank.run();
          bank.give(
              Transfer.DECIDER, new Request("t", "a", "b", 70), new Request("u", "a", "b", 70));
          bank.give(Transfer.DECIDER, new Request("v", "a", "nobody", 20));
          bank.run(seed);
          assertThat(balance(bank, "a") + balance(bank, "b")).as("%s", bank).isEqualTo(100);
          assertThat(List.of("t", "u", "v")).allMatch(id -> step(bank, id).isLast());
        });
  }

  private static long balance(Simulation bank, String account) {
    return bank.state(Account.DECIDER, account).balance();
  }

  private static Transfer.Step step(Simulation bank, String transfer) {
    return bank.state(Transfer.DECIDER, transfer).step();
  }
}
