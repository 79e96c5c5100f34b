package dev.foldline.testing;

import static dev.foldline.core.Effect.perform;
import static dev.foldline.core.Effect.send;
import static dev.foldline.testing.GivenReaction.ID;
import static dev.foldline.testing.GivenReaction.given;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Activity;
import dev.foldline.core.Effect;
import dev.foldline.core.Invalid;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.Result;
import dev.foldline.testing.Account.Command.Deposit;
import dev.foldline.testing.Account.Command.TransferIn;
import dev.foldline.testing.Account.Command.TransferOut;
import dev.foldline.testing.Account.Event.Deposited;
import dev.foldline.testing.Account.Event.Opened;
import dev.foldline.testing.Transfer.Command.Answered;
import dev.foldline.testing.Transfer.Event.Completed;
import dev.foldline.testing.Transfer.Event.Requested;
import dev.foldline.testing.Transfer.Event.Taken;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The test of a reaction")
class GivenReactionTest {

  private static final Requested REQUESTED = new Requested("a", "b", 30);
  private static final Result REFUSED = new Result.Refused("take", "insufficient-funds");
  private static final Activity<Long, String> LETTER =
      Activity.of("letter", Long.class, String.class);

  /** Whoever has saved something is told so. */
  private static final Reaction<Account.Event> TELL =
      Reaction.of(
          "tell",
          Account.DECIDER,
          (recorded, account) ->
              account.balance() < 100
                  ? List.of()
                  : List.of(perform("letter@" + recorded.revision(), LETTER, account.balance())));

  private static GivenReaction<Account.Event> reacting(
      Function<Recorded<Account.Event>, List<? extends Effect>> effects) {
    return given(Reaction.of("test", Account.ACCOUNTS, effects));
  }

  @Test
  void says_what_it_leads_to() {
    given(Transfer.NEXT)
        .when(REQUESTED)
        .then(send("take", Account.DECIDER, new TransferOut("a", ID, 30)));
    given(Transfer.NEXT, REQUESTED)
        .when(new Taken("b", 30))
        .then(send("give", Account.DECIDER, new TransferIn("b", ID, 30)));
    given(Transfer.NEXT, REQUESTED, new Taken("b", 30)).when(new Completed()).thenNothing();
  }

  @Test
  void says_what_is_told() {
    given(Transfer.NEXT).when(REQUESTED).answered(REFUSED).then(new Answered(ID, REFUSED));
  }

  @Test
  void knows_the_state_as_of_the_event() {
    given(TELL, new Opened("Ada"), new Deposited(90)).when(new Deposited(9)).thenNothing();
    given(TELL, new Opened("Ada"), new Deposited(90))
        .when(new Deposited(10))
        .then(perform("letter@2", LETTER, 100L));
  }

  @Test
  void says_what_came_instead() {
    var requested = given(Transfer.NEXT).when(REQUESTED);
    TransferOut command = new TransferOut("a", ID, 30);

    assertThatThrownBy(requested::thenNothing)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the effects of Requested[from=a, to=b, cents=30]")
        .hasMessageContaining("Send[name=take, to=account, command=" + command + "]");
    assertThatThrownBy(() -> requested.then(send("take-out", Account.DECIDER, command)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Send[name=take, to=account")
        .hasMessageContaining("Send[name=take-out, to=account");
    assertThatThrownBy(() -> requested.answered(new Result.Refused("give", "no")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("[\"take\"]")
        .hasMessageContaining("[\"give\"]");
    assertThatThrownBy(() -> requested.answered(REFUSED).then(new Answered("2", REFUSED)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Answered[transfer=1,");
    assertThatThrownBy(
            () ->
                given(TELL, new Opened("Ada"))
                    .when(new Deposited(100))
                    .answered(new Result.Failed("letter@1", "gave-up")))
        .isInstanceOf(AssertionError.class)
        .hasMessage("tell answers nobody");
  }

  @Test
  void shows_what_is_wrong_as_it_is() {
    Effect effect = send("one", Account.DECIDER, new Deposit("a", 1));

    assertThatThrownBy(() -> reacting(_ -> List.of(effect, effect)).when(new Opened("Ada")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two effects of one event are called 'one'");
    assertThatThrownBy(
            () ->
                reacting(_ -> IntStream.rangeClosed(0, 1_000).mapToObj(_ -> effect).toList())
                    .when(new Opened("Ada")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1001 effects");
    assertThatThrownBy(
            () ->
                reacting(_ -> List.of(send("one", Account.DECIDER, new Deposit("a b", 1))))
                    .when(new Opened("Ada")))
        .isInstanceOf(Invalid.class);
    IllegalStateException thrown = new IllegalStateException("oh");
    assertThatThrownBy(
            () ->
                reacting(
                        _ -> {
                          throw thrown;
                        })
                    .when(new Opened("Ada")))
        .isSameAs(thrown);
  }
}
