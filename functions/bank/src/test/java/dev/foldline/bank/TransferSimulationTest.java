package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.bank.AccountCommand.Close;
import dev.foldline.bank.AccountCommand.Deposit;
import dev.foldline.bank.AccountCommand.Open;
import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.TransferredIn;
import dev.foldline.bank.AccountEvent.TransferredOut;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.bank.TransferCommand.Cancel;
import dev.foldline.bank.TransferCommand.Request;
import dev.foldline.core.Caller;
import dev.foldline.core.Progress.State;
import dev.foldline.core.Recorded;
import dev.foldline.testing.simulation.Simulation;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Transfers, whatever is lost, late or delivered again,")
class TransferSimulationTest {

  private static final long SEEDS = Long.getLong("transfers.seeds", 500);
  private static final List<String> TRANSFERS = List.of("t-1", "t-2", "t-3");

  /** What the accounts hold, and what is between them. */
  private static final class Sums {

    private long paid;
    private long balances;
    private long inFlight;

    void add(AccountEvent event) {
      switch (event) {
        case Deposited(var cents) -> move(cents, cents, 0);
        case Withdrawn(var cents) -> move(-cents, -cents, 0);
        case TransferredOut(var cents, _) -> move(0, -cents, cents);
        case TransferredIn(var cents, _) -> move(0, cents, -cents);
        case Opened _, Closed() -> {}
      }
    }

    private void move(long in, long held, long flying) {
      paid += in;
      balances += held;
      inFlight += flying;
    }

    boolean areRight() {
      return balances + inFlight == paid && balances >= 0 && inFlight >= 0;
    }
  }

  @Test
  void lose_no_cent_and_give_none_twice() {
    Set<State> ends = EnumSet.noneOf(State.class);
    Set<String> codes = new HashSet<>();
    Simulation.withSeeds(
        LongStream.range(0, SEEDS),
        seed -> {
          Simulation bank = Simulation.of(TransferNext.REACTION).at(Instant.EPOCH);
          bank.give(Account.DECIDER, new Open("a", "Ada"), new Deposit("a", 100));
          bank.give(Account.DECIDER, new Open("b", "Bob"), new Open("c", "Cem"));
          bank.run();

          bank.give(Transfer.DECIDER, new Request("t-1", "a", "b", 60, ""));
          bank.give(Transfer.DECIDER, new Request("t-2", "a", "c", 60, "Ada"));
          bank.give(Transfer.DECIDER, new Request("t-3", "b", "a", 10, ""));
          bank.give(Account.DECIDER, new Close(seed % 3 == 0 ? "a" : "b"));
          if (seed % 2 == 0) {
            bank.give(Account.DECIDER, new Close("b"));
            bank.give(Transfer.DECIDER, new Cancel("t-1"));
          }
          bank.run(seed, Instant.EPOCH.plus(TransferNext.LIMIT));

          Sums sums = new Sums();
          for (Recorded<Object> event : bank.log()) {
            if (event.event() instanceof AccountEvent moved) {
              sums.add(moved);
              assertThat(sums.areRight()).as("at %d", event.position()).isTrue();
            }
          }
          long held = 0;
          for (String id : TRANSFERS) {
            Transfer transfer = bank.state(Transfer.DECIDER, id);
            ends.add(transfer.state());
            transfer.code().ifPresent(codes::add);
            assertThat(transfer.state()).isNotEqualTo(State.PROCESSING);
            held += transfer.state() == State.HELD ? transfer.request().cents() : 0;
          }
          assertThat(sums.inFlight).isEqualTo(held);
        });
    assertThat(ends).containsExactlyInAnyOrder(State.DONE, State.FAILED, State.HELD);
    assertThat(codes).contains("insufficient-funds", "account-closed", "cancelled", "too-late");
  }

  @Test
  void are_asked_for_by_the_owner_alone() {
    Simulation bank = Simulation.of(TransferNext.REACTION);
    bank.give(Account.DECIDER, new Open("a", "Ada"), new Deposit("a", 100), new Open("b", "Bob"));
    bank.give(new Caller("Bob", Set.of()), Transfer.DECIDER, new Request("t", "a", "b", 1, "Bob"));
    bank.run();
    assertThat(bank.state(Transfer.DECIDER, "t").code()).contains("not-the-owner");
  }
}
