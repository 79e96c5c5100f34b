package dev.foldline.bank;

import static dev.foldline.bank.TransferEvent.TRANSFERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.bank.AccountCommand.Close;
import dev.foldline.bank.AccountCommand.Deposit;
import dev.foldline.bank.AccountCommand.Open;
import dev.foldline.bank.TransferCommand.Answered;
import dev.foldline.bank.TransferCommand.Cancel;
import dev.foldline.bank.TransferCommand.Deadline;
import dev.foldline.bank.TransferCommand.Release;
import dev.foldline.bank.TransferCommand.Request;
import dev.foldline.bank.TransferEvent.Rejected;
import dev.foldline.core.Caller;
import dev.foldline.core.Decider;
import dev.foldline.core.Progress.State;
import dev.foldline.core.Reaction;
import dev.foldline.testing.simulation.Simulation;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Transfers, whatever is lost, late or delivered again,")
class TransferSimulationTest {

  private static final Caller ADA = new Caller("ada", Set.of());
  private static final Caller TELLER = new Caller("tess", Set.of("teller"));

  private static final long SEEDS = Long.getLong("transfers.seeds", 500);

  /** Compensates when its time is over, and waits for no answer to what it has asked for. */
  private static final Decider<TransferCommand, Transfer, TransferEvent> HASTY =
      new Decider<>(
          TRANSFERS,
          TransferCommand::transfer,
          Transfer.DECIDER.initial(),
          TransferSimulationTest::decideHastily,
          Transfer.DECIDER.evolve());

  private static List<TransferEvent> decideHastily(TransferCommand command, Transfer transfer) {
    Optional<String> waitsFor = transfer.waitsFor();
    return switch (command) {
      case Deadline _ when waitsFor.equals(Optional.of(Transfer.GIVE)) ->
          List.of(new Rejected(transfer.request().from(), transfer.request().cents(), "too-late"));
      case Answered(_, var result) when !waitsFor.equals(Optional.of(result.effect())) -> List.of();
      case Request _, Cancel _, Release _, Deadline _, Answered _ ->
          Transfer.DECIDER.decide().apply(command, transfer);
    };
  }

  @Test
  void lose_no_cent_and_give_none_twice() {
    Set<State> ends = EnumSet.noneOf(State.class);
    Set<String> codes = new HashSet<>();
    Simulation.withSeeds(
        LongStream.range(0, SEEDS),
        seed -> {
          TransferJudge judge = run(seed, Transfer.DECIDER, TransferNext.REACTION);
          judge.judgeEnd();
          for (Transfer transfer : judge.transfers().values()) {
            ends.add(transfer.state());
            transfer.code().ifPresent(codes::add);
          }
        });
    assertThat(ends).containsExactlyInAnyOrder(State.DONE, State.FAILED, State.HELD);
    assertThat(codes).contains("insufficient-funds", "account-closed", "cancelled", "too-late");
  }

  @Test
  void that_do_not_wait_for_the_answer_are_found_out() {
    Reaction<TransferEvent> hasty =
        TransferNext.REACTION.answering(
            HASTY, (recorded, result) -> new Answered(recorded.id(), result));
    assertThatThrownBy(
            () ->
                Simulation.withSeeds(
                    LongStream.range(0, SEEDS), seed -> run(seed, HASTY, hasty).judgeEnd()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("is given twice");
  }

  private static TransferJudge run(
      long seed,
      Decider<TransferCommand, Transfer, TransferEvent> decider,
      Reaction<TransferEvent> next) {
    Simulation bank = Simulation.of(next).at(Instant.EPOCH);
    bank.give(ADA, Account.DECIDER, new Open("a", "Ada", "ada"), new Deposit("a", 100));
    bank.give(Account.DECIDER, new Open("b", "Bob", ""), new Open("c", "Cem", ""));
    bank.run();

    bank.give(ADA, decider, new Request("t-1", "a", "b", 60, "ada", false));
    bank.give(TELLER, decider, new Request("t-2", "a", "c", 60, "tess", true));
    bank.give(decider, new Request("t-3", "b", "a", 10, "", false));
    bank.give(ADA, Account.DECIDER, new Close(seed % 3 == 0 ? "a" : "b"));
    if (seed % 2 == 0) {
      bank.give(Account.DECIDER, new Close("b"));
      bank.give(ADA, decider, new Cancel("t-1"));
    }
    bank.run(seed, Instant.EPOCH.plus(TransferNext.LIMIT));
    return TransferJudge.of(bank.log());
  }

  @Test
  void are_asked_for_by_the_holder_alone() {
    Simulation bank = Simulation.of(TransferNext.REACTION);
    bank.give(ADA, Account.DECIDER, new Open("a", "Ada", "ada"), new Deposit("a", 100));
    bank.give(Account.DECIDER, new Open("b", "Bob", ""));
    Caller bob = new Caller("bob", Set.of());
    bank.give(bob, Transfer.DECIDER, new Request("t", "a", "b", 1, "bob", false));
    bank.run();
    assertThat(bank.state(Transfer.DECIDER, "t").code()).contains("not-owner");
  }
}
