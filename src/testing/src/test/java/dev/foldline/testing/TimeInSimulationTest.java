package dev.foldline.testing;

import static dev.foldline.core.Effect.remind;
import static dev.foldline.core.Effect.send;
import static dev.foldline.testing.GivenReaction.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.testing.Account.Command.Deposit;
import dev.foldline.testing.Account.Command.Open;
import dev.foldline.testing.Account.Command.TransferOut;
import dev.foldline.testing.Account.Event.TransferredOut;
import dev.foldline.testing.Booking.Command.Deadline;
import dev.foldline.testing.Booking.Command.Request;
import dev.foldline.testing.Booking.Event.Ended;
import dev.foldline.testing.Booking.Event.Late;
import dev.foldline.testing.Booking.Event.Requested;
import dev.foldline.testing.simulation.Simulation;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Time, in tests,")
class TimeInSimulationTest {

  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private static Simulation bank() {
    Simulation bank = Simulation.of(Booking.NEXT).at(NOON);
    bank.give(Account.DECIDER, new Open("a", "Ada"), new Deposit("a", 100));
    bank.run();
    return bank;
  }

  @Test
  void is_said_in_a_sentence() {
    given(Booking.NEXT)
        .at(NOON)
        .when(new Requested("a", 30))
        .then(
            remind("deadline", NOON.plus(Booking.LIMIT), new Deadline("1")),
            send("take", Account.DECIDER, new TransferOut("a", "1", 30)));
  }

  @Test
  void goes_on_when_a_test_says_so_and_what_is_due_then_takes_place() {
    Simulation bank = bank();
    bank.give(Booking.DECIDER, new Request("b", "a", 30));
    bank.run();
    assertThat(bank.due())
        .containsExactly("2026-06-01T12:01:00Z deadline of booking-b: Deadline[booking=b]");
    assertThat(bank.state(Booking.DECIDER, "b").end()).isEqualTo("taken");

    bank.at(NOON.plusSeconds(59)).run();
    assertThat(bank.due()).hasSize(1);
    bank.at(NOON.plusSeconds(60)).run();
    assertThat(bank.due()).isEmpty();
    assertThat(bank.events(Booking.BOOKINGS, "b"))
        .as("it was too late to matter")
        .containsExactly(new Requested("a", 30), new Ended("taken"));
  }

  @Test
  void does_not_go_back() {
    assertThatThrownBy(() -> bank().at(NOON.minusSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2026-06-01T12:00:00Z");
  }

  @Test
  void and_an_answer_come_in_any_order_and_one_of_them_is_the_outcome() {
    Set<List<Object>> seen = new HashSet<>();
    Simulation.withSeeds(
        LongStream.range(0, 2_000),
        seed -> {
          Simulation bank = bank();
          bank.give(Booking.DECIDER, new Request("b", "a", 30));
          bank.run(seed, NOON.plus(Booking.LIMIT));

          String end = bank.state(Booking.DECIDER, "b").end();
          boolean isTaken =
              bank.events(Account.ACCOUNTS, "a").contains(new TransferredOut(30, "b"));
          assertThat(end).isEqualTo(isTaken ? "taken" : Effect.Cancel.TOO_LATE);
          seen.add(List.of(end, bank.events(Booking.BOOKINGS, "b").contains(new Late())));
        });
    assertThat(seen)
        .containsExactlyInAnyOrder(
            List.of("taken", false), List.of("taken", true), List.of("too-late", true));
  }

  @Test
  void of_a_reminder_that_nobody_is_reminded_of_is_an_error() {
    Reaction<Booking.Event> silent =
        Reaction.of(
            "silent",
            Booking.BOOKINGS,
            recorded -> List.of(remind("late", recorded.time(), new Deadline("1"))));
    assertThatThrownBy(() -> given(silent).when(new Late()))
        .hasMessage("'late' reminds nobody: 'silent' answers no decider");

    Reaction<Booking.Event> other =
        Reaction.of(
                "other",
                Booking.BOOKINGS,
                recorded -> List.of(remind("late", recorded.time(), new Deadline("2"))))
            .answering(Booking.DECIDER, (recorded, _) -> new Deadline(recorded.id()));
    assertThatThrownBy(() -> given(other).when(new Late()))
        .hasMessage("'late' reminds booking-2, and not '1', whose event it is");
  }
}
