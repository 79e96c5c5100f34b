package dev.foldline.testing;

import static dev.foldline.core.Effect.perform;
import static dev.foldline.core.Effect.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Activity;
import dev.foldline.core.Caller;
import dev.foldline.core.Decider;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.Refused;
import dev.foldline.core.Result;
import dev.foldline.testing.Account.Command.Deposit;
import dev.foldline.testing.Account.Command.Open;
import dev.foldline.testing.Account.Command.TransferOut;
import dev.foldline.testing.Account.Event.Deposited;
import dev.foldline.testing.Account.Event.Opened;
import dev.foldline.testing.Account.Event.TransferredOut;
import dev.foldline.testing.Transfer.Command.Request;
import dev.foldline.testing.Transfer.Event.Completed;
import dev.foldline.testing.Transfer.Event.Failed;
import dev.foldline.testing.Transfer.Event.Requested;
import dev.foldline.testing.Transfer.Event.Taken;
import dev.foldline.testing.simulation.Simulation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A simulation")
class SimulationTest {

  private static final Activity<String, String> PAY =
      Activity.of("pay", String.class, String.class);
  private static final Activity<String, String> REFUND =
      Activity.of("refund", String.class, String.class);

  /** Whoever opens an account pays for it. */
  private static final Reaction<Account.Event> FEE =
      onOpened("fee", recorded -> List.of(perform("pay", PAY, recorded.id())));

  private static Reaction<Account.Event> onOpened(
      String name, Function<Recorded<Account.Event>, List<? extends Effect>> effects) {
    return Reaction.of(
        name,
        Account.ACCOUNTS,
        recorded -> recorded.event() instanceof Opened ? effects.apply(recorded) : List.of());
  }

  private static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  @Test
  void takes_commands_and_processes_to_their_ends() {
    Simulation bank = Simulation.of(Transfer.NEXT);
    Request much = new Request("u", "a", "b", 300);
    bank.give(Account.DECIDER, new Open("a", "Ada"), new Deposit("a", 100), new Open("b", "Bob"));
    bank.give(Transfer.DECIDER, new Request("t", "a", "b", 30), much);
    bank.run();

    assertThat(bank.state(Account.DECIDER, "b").balance()).isEqualTo(30);
    assertThat(bank.events(Transfer.TRANSFERS, "t"))
        .containsExactly(new Requested("a", "b", 30), new Taken("b", 30), new Completed());
    assertThat(bank.events(Transfer.TRANSFERS, "u"))
        .containsExactly(new Requested("a", "b", 300), new Failed("insufficient-funds"));
    assertThat(bank.events(Account.ACCOUNTS, "a"))
        .as("a mark is no event")
        .containsExactly(new Opened("Ada"), new Deposited(100), new TransferredOut(30, "t"));
    assertThat(bank.log()).hasSize(10);
    assertThat(bank.toString()).contains("account-a@3 Mark[refused=insufficient-funds]\n");
  }

  @Test
  void knows_what_clients_were_told() {
    Decider<Account.Command, Account, Account.Event> guarded =
        Account.DECIDER.guardedBy((caller, _, _) -> caller.hasRole("teller"));
    Simulation bank = Simulation.of();
    Open open = new Open("a", "Ada");
    Deposit deposit = new Deposit("a", 1);
    TransferOut out = new TransferOut("a", "t", 100);
    bank.give(new Caller("tom", Set.of("teller")), guarded, open, out);
    bank.give(guarded, deposit);

    assertThatThrownBy(() -> bank.outcome(open)).isInstanceOf(IllegalArgumentException.class);
    bank.run();
    assertThat(bank.outcome(open)).isEqualTo("done");
    assertThat(bank.outcome(out)).isEqualTo("insufficient-funds");
    assertThat(bank.outcome(deposit)).isEqualTo("forbidden");
    assertThat(bank.log().getFirst().metadata()).containsEntry("user", "tom");
  }

  private static String logWith(long seed) {
    Simulation bank = Simulation.of(Transfer.NEXT);
    bank.give(Account.DECIDER, new Open("a", "Ada"), new Deposit("a", 100), new Open("b", "Bob"));
    bank.give(Transfer.DECIDER, new Request("t", "a", "b", 30), new Request("u", "b", "a", 10));
    bank.run(seed);
    return bank.toString();
  }

  @Test
  void is_made_by_its_seed_alone() {
    Set<String> logs = new HashSet<>();
    Simulation.withSeeds(
        LongStream.range(0, 50),
        seed -> {
          assertThat(logWith(seed)).isEqualTo(logWith(seed));
          logs.add(logWith(seed));
        });
    assertThat(logs).hasSizeGreaterThan(10);
  }

  @Test
  void does_each_command_of_a_client_once() {
    Simulation.withSeeds(
        seeds(),
        seed -> {
          Simulation bank = Simulation.of();
          bank.give(Account.DECIDER, new Open("a", "Ada"));
          bank.run();
          bank.give(
              Account.DECIDER, new Deposit("a", 1), new Deposit("a", 10), new Deposit("a", 1));
          bank.run(seed);
          assertThat(bank.state(Account.DECIDER, "a").balance()).isEqualTo(12);
        });
  }

  @Test
  void finds_out_what_an_impure_reaction_does_twice() {
    AtomicInteger counter = new AtomicInteger();
    Reaction<Account.Event> impure =
        onOpened(
            "impure",
            recorded ->
                List.of(
                    send(
                        "bonus-" + counter.incrementAndGet(),
                        Account.DECIDER,
                        new Deposit(recorded.id(), 5))));

    assertThatThrownBy(
            () ->
                Simulation.withSeeds(
                    seeds(),
                    seed -> {
                      Simulation bank = Simulation.of(impure);
                      bank.give(Account.DECIDER, new Open("a", "Ada"));
                      bank.run(seed);
                      assertThat(bank.state(Account.DECIDER, "a").balance()).isEqualTo(5);
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageMatching("(?s)with seed \\d+: .*expected: 5L.*");
  }

  @Test
  void calls_again_whom_it_did_not_hear_with_the_same_key() {
    List<String> calls = new ArrayList<>();
    Simulation.withSeeds(
        seeds(),
        seed -> {
          Map<String, String> ledger = new HashMap<>();
          Simulation bank = Simulation.of(FEE);
          bank.performing(
              PAY,
              (account, attempt) -> {
                calls.add(account);
                ledger.put(attempt.key(), account);
                if (account.equals("b")) {
                  throw new Refused("no");
                }
                return "paid";
              });
          bank.give(Account.DECIDER, new Open("a", "Ada"), new Open("b", "Bob"));
          bank.run(seed);
          assertThat(ledger.values()).containsExactlyInAnyOrder("a", "b");
        });
    assertThat(calls).hasSizeGreaterThan(2 * 200);
  }

  /** A welcome that is paid, and refunded where nobody knows whether it was. */
  private static final Reaction<Transfer.Event> PAYMENT =
      Reaction.of(
              "payment",
              Transfer.TRANSFERS,
              recorded ->
                  switch (recorded.event()) {
                    case Requested _ -> List.of(perform("take", PAY, recorded.id()));
                    case Failed _ ->
                        List.of(
                            new Effect.Perform<>("refund", REFUND, recorded.id(), null)
                                .undoing("take"));
                    case Taken _, Completed _, Transfer.Event.Rejected _ -> List.of();
                  })
          .answering(
              Transfer.DECIDER,
              (recorded, result) ->
                  new Transfer.Command.Answered(
                      recorded.id(),
                      result.effect().equals("take") ? result : new Result.Done("give", "")));

  @Test
  void gives_up_an_activity_that_does_not_work_and_undoes_it_by_its_key() {
    List<String> keys = new ArrayList<>();
    List<String> undone = new ArrayList<>();
    Simulation shop =
        Simulation.of(PAYMENT)
            .performing(
                PAY,
                (_, attempt) -> {
                  keys.add(attempt.key());
                  throw new IllegalStateException("away");
                })
            .performing(
                REFUND,
                (_, attempt) -> {
                  undone.add(attempt.undoes().orElseThrow());
                  return "";
                });
    shop.give(Transfer.DECIDER, new Request("t", "a", "b", 30));
    shop.run();

    assertThat(shop.events(Transfer.TRANSFERS, "t"))
        .containsExactly(new Requested("a", "b", 30), new Failed("gave-up"), new Completed());
    assertThat(keys).hasSize(10).containsOnly(undone.getFirst());
    assertThat(undone).hasSize(1);
  }

  @Test
  void fails_where_an_event_would_be_parked() {
    Reaction<Account.Event> thrown =
        onOpened(
            "thrown",
            _ -> {
              throw new IllegalStateException("oh");
            });
    Reaction<Account.Event> loop =
        Reaction.of(
            "loop",
            Account.ACCOUNTS,
            recorded -> List.of(send("again", Account.DECIDER, new Deposit(recorded.id(), 1))));
    Reaction<Account.Event> unheard =
        onOpened("unheard", r -> List.of(send("one", Account.DECIDER, new Deposit(r.id(), 1))))
            .answering(Account.DECIDER, (r, _) -> new TransferOut(r.id(), "t", 1_000));

    assertParked(thrown, "thrown: event 0 of account-a would be parked: oh");
    assertParked(loop, "would be parked: a loop");
    assertParked(unheard, "would be parked: one: the answer is refused: insufficient-funds");
    assertParked(FEE, "would be parked: nobody performs 'pay'");
  }

  private static void assertParked(Reaction<?> reaction, String reason) {
    Simulation bank = Simulation.of(reaction);
    bank.give(Account.DECIDER, new Open("a", "Ada"));
    assertThatThrownBy(() -> bank.run(7))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(reason)
        .hasMessageContaining("(seed 7)")
        .hasMessageContaining("account-a@0 Opened[owner=Ada]");
  }

  @Test
  void fails_where_a_decider_has_a_bug() {
    Decider<Account.Command, Account, Account.Event> broken =
        new Decider<>(
            Account.ACCOUNTS,
            Account.Command::account,
            Account.DECIDER.initial(),
            (_, _) -> {
              throw new IllegalStateException("oh");
            },
            Account.DECIDER.evolve());
    Simulation bank = Simulation.of();
    bank.give(broken, new Open("a", "Ada"));

    assertThatThrownBy(bank::run)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Open[account=a, owner=Ada] fails")
        .hasMessageContaining("oh");
  }

  @Test
  void fails_where_there_is_no_end() {
    Reaction<Account.Event> two =
        Reaction.of(
            "two",
            Account.ACCOUNTS,
            recorded ->
                List.of(
                    send("one", Account.DECIDER, new Open(recorded.id() + "l", "")),
                    send("other", Account.DECIDER, new Open(recorded.id() + "r", ""))));
    Simulation bank = Simulation.of(two);
    bank.give(Account.DECIDER, new Open("a", "Ada"));

    assertThatThrownBy(bank::run)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("it does not end within 50000 steps");
  }

  @Test
  void needs_reactions_of_different_names() {
    assertThatThrownBy(() -> Simulation.of(FEE, FEE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two reactions are called 'fee'");
  }
}
