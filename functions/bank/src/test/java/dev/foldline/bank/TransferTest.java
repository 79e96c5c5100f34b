package dev.foldline.bank;

import static dev.foldline.core.Effect.cancel;
import static dev.foldline.core.Effect.remind;
import static dev.foldline.core.Effect.send;

import dev.foldline.bank.AccountCommand.TransferIn;
import dev.foldline.bank.AccountCommand.TransferOut;
import dev.foldline.bank.TransferCommand.Answered;
import dev.foldline.bank.TransferCommand.Cancel;
import dev.foldline.bank.TransferCommand.Deadline;
import dev.foldline.bank.TransferCommand.Release;
import dev.foldline.bank.TransferCommand.Request;
import dev.foldline.bank.TransferEvent.Completed;
import dev.foldline.bank.TransferEvent.Failed;
import dev.foldline.bank.TransferEvent.Held;
import dev.foldline.bank.TransferEvent.Rejected;
import dev.foldline.bank.TransferEvent.Released;
import dev.foldline.bank.TransferEvent.Requested;
import dev.foldline.bank.TransferEvent.Stopped;
import dev.foldline.bank.TransferEvent.Taken;
import dev.foldline.core.Receipt;
import dev.foldline.core.Result;
import dev.foldline.testing.Given;
import dev.foldline.testing.GivenReaction;
import dev.foldline.testing.GoldenEffects;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A transfer")
class TransferTest {

  private static final Requested REQUESTED = new Requested("a-1", "b-2", 500, "ada", false);
  private static final Taken TAKEN = new Taken("b-2", 500);
  private static final Rejected REJECTED = new Rejected("a-1", 500, "account-closed");
  private static final Held HELD = new Held("account-closed");
  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  /** As its commands come from the one who asked for it. */
  private static Given<TransferCommand, TransferEvent> transfer(TransferEvent... events) {
    return Given.given(Transfer.DECIDER, events).as("ada");
  }

  private static Given<TransferCommand, TransferEvent> held(TransferEvent... more) {
    return Given.given(
            Transfer.DECIDER,
            Stream.concat(Stream.of(REQUESTED, TAKEN, REJECTED, HELD), Stream.of(more))
                .toArray(TransferEvent[]::new))
        .as("tess", "teller");
  }

  private static Answered done(String step) {
    return new Answered("t-1", new Result.Done(step, new Receipt("account-x", 7, false)));
  }

  private static Answered refused(String step, String code) {
    return new Answered("t-1", new Result.Refused(step, code));
  }

  @Test
  void is_of_who_asks_for_it() {
    Request asked = new Request("t-1", "a-1", "b-2", 500, "ada", false);
    transfer().as("bea").when(asked).thenForbidden();
    transfer().as("ada", "teller").when(asked).thenForbidden();
    transfer(REQUESTED)
        .as("bea")
        .when(new Request("t-1", "a-1", "b-2", 500, "bea", false))
        .thenForbidden();
    transfer(REQUESTED).as("bea").when(new Cancel("t-1")).thenForbidden();
    transfer(REQUESTED)
        .as("tess", "teller")
        .when(new Cancel("t-1"))
        .then(new Stopped("take", "cancelled"));
  }

  @Test
  void is_released_by_tellers() {
    Release release = new Release("t-1", "c-3");
    held().as("ada").when(release).thenForbidden();
    held().when(release).then(new Released("c-3", 500));
  }

  @Test
  void begins_once() {
    Request asked = new Request("t-1", "a-1", "b-2", 500, "ada", false);
    transfer().when(asked).then(REQUESTED);
    transfer(REQUESTED).when(asked).thenNothing();
    transfer(REQUESTED)
        .when(new Request("t-1", "a-1", "b-2", 501, "ada", false))
        .thenRefused("transfer-exists");
    transfer()
        .when(new Request("t-1", "a-1", "a-1", 500, "ada", false))
        .thenRefused("same-account");
  }

  @Test
  void takes_the_money_and_gives_it() {
    transfer(REQUESTED).when(done("take")).then(TAKEN);
    transfer(REQUESTED, TAKEN).when(done("give")).then(new Completed());
  }

  @Test
  void fails_where_there_is_nothing_to_take() {
    transfer(REQUESTED)
        .when(refused("take", "insufficient-funds"))
        .then(new Failed("insufficient-funds"));
  }

  @Test
  void gives_back_what_is_not_taken_on_the_other_side() {
    transfer(REQUESTED, TAKEN).when(refused("give", "account-closed")).then(REJECTED);
    transfer(REQUESTED, TAKEN, REJECTED).when(done("give-back")).then(new Failed("account-closed"));
  }

  @Test
  void is_held_where_nobody_takes_its_money_until_it_is_released() {
    transfer(REQUESTED, TAKEN, REJECTED).when(refused("give-back", "account-closed")).then(HELD);
    held().when(new Release("t-1", "c-3")).then(new Released("c-3", 500));
    held(new Released("c-3", 500))
        .when(refused("release", "account-not-open"))
        .then(new Held("account-not-open"));
    held(new Released("c-3", 500)).when(done("release")).then(new Completed());
    transfer(REQUESTED, TAKEN)
        .as("tess", "teller")
        .when(new Release("t-1", "c-3"))
        .thenRefused("transfer-not-held");
    transfer().when(new Release("t-1", "c-3")).thenRefused("no-such-transfer");
  }

  @Test
  void is_stopped_and_waits_for_the_answer_where_its_time_is_over() {
    transfer(REQUESTED).when(new Deadline("t-1")).then(new Stopped("take", "too-late"));
    transfer(REQUESTED, TAKEN).when(new Deadline("t-1")).then(new Stopped("give", "too-late"));
    transfer(REQUESTED, TAKEN, new Stopped("give", "too-late"))
        .when(done("give"))
        .then(new Completed());
    transfer(REQUESTED, TAKEN, new Stopped("give", "too-late"))
        .when(refused("give", "too-late"))
        .then(new Rejected("a-1", 500, "too-late"));
  }

  @Test
  void has_nothing_to_stop_where_its_time_is_over_too_late() {
    transfer(REQUESTED, TAKEN, new Completed()).when(new Deadline("t-1")).thenNothing();
    transfer(REQUESTED, TAKEN, REJECTED).when(new Deadline("t-1")).thenNothing();
    held().when(new Deadline("t-1")).thenNothing();
  }

  @Test
  void can_be_cancelled_until_its_money_is_given() {
    transfer(REQUESTED).when(new Cancel("t-1")).then(new Stopped("take", "cancelled"));
    transfer(REQUESTED, new Stopped("take", "cancelled")).when(new Cancel("t-1")).thenNothing();
    transfer(REQUESTED, new Stopped("take", "cancelled"))
        .when(refused("take", "too-late"))
        .then(new Failed("cancelled"));
    transfer(REQUESTED, new Stopped("take", "cancelled"))
        .when(done("take"))
        .then(new Rejected("a-1", 500, "cancelled"));
    transfer(REQUESTED, TAKEN, new Completed())
        .when(new Cancel("t-1"))
        .thenRefused("transfer-is-over");
    transfer(REQUESTED, TAKEN, new Stopped("give", "cancelled"), new Completed())
        .when(new Cancel("t-1"))
        .thenRefused("transfer-is-over");
    transfer(REQUESTED, TAKEN, REJECTED).when(new Cancel("t-1")).thenNothing();
    held().when(new Cancel("t-1")).thenRefused("transfer-is-held");
    transfer().when(new Cancel("t-1")).thenRefused("no-such-transfer");
  }

  @Test
  void leads_to_one_thing_after_another() {
    GivenReaction.given(TransferNext.REACTION)
        .at(NOON)
        .when(REQUESTED)
        .then(
            remind("deadline", NOON.plusSeconds(60), new Deadline("1")),
            send("take", Account.DECIDER, new TransferOut("a-1", "1", 500, "ada", false)));
    GivenReaction.given(TransferNext.REACTION, REQUESTED)
        .when(TAKEN)
        .then(send("give", Account.DECIDER, new TransferIn("b-2", "1", 500)));
    GivenReaction.given(TransferNext.REACTION, REQUESTED, TAKEN)
        .when(new Stopped("give", "too-late"))
        .then(cancel("stop", "give"));
    GivenReaction.given(TransferNext.REACTION, REQUESTED, TAKEN)
        .when(REJECTED)
        .then(send("give-back", Account.DECIDER, new TransferIn("a-1", "1", 500)));
    GivenReaction.given(TransferNext.REACTION, REQUESTED, TAKEN, REJECTED, HELD)
        .when(new Released("c-3", 500))
        .then(send("release", Account.DECIDER, new TransferIn("c-3", "1", 500)));
  }

  @Test
  void has_effects_that_keep_their_names_and_targets() {
    GoldenEffects.of(TransferNext.REACTION)
        .history(REQUESTED, TAKEN, new Completed())
        .history(REQUESTED, new Stopped("take", "cancelled"), new Failed("cancelled"))
        .history(REQUESTED, TAKEN, new Stopped("give", "too-late"), REJECTED)
        .history(REQUESTED, TAKEN, REJECTED, HELD, new Released("c-3", 500))
        .check();
  }
}
