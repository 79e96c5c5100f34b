package dev.foldline.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.foldline.core.Decider;
import dev.foldline.core.Refused;
import java.util.List;

/**
 * A test of a decider that reads as a sentence:
 *
 * <pre>{@code
 * given(Account.DECIDER, new Opened("Ada"), new Deposited(100))
 *     .when(new Withdraw("a-1", 30))
 *     .then(new Withdrawn(30));
 * }</pre>
 *
 * @param <C> the commands
 * @param <E> the events
 */
public final class Given<C, E> {

  private final Decision<C, E> decision;

  private Given(Decision<C, E> decision) {
    this.decision = decision;
  }

  /** What happened before. */
  @SafeVarargs
  public static <C, S, E> Given<C, E> given(Decider<C, S, E> decider, E... events) {
    return given(decider, List.of(events));
  }

  /** What happened before, any number of events. */
  public static <C, S, E> Given<C, E> given(Decider<C, S, E> decider, List<E> events) {
    S state = decider.fold(decider.initial(), events);
    return new Given<>(command -> decider.decide().apply(command, state));
  }

  /** The command under test. */
  public When<E> when(C command) {
    return new When<>(() -> decision.on(command));
  }

  /** What is expected of the command. */
  public static final class When<E> {

    private final Outcome<E> outcome;

    private When(Outcome<E> outcome) {
      this.outcome = outcome;
    }

    /** It leads to these events, in this order. */
    @SafeVarargs
    public final void then(E... events) {
      assertThat(outcome.events()).containsExactly(events);
    }

    /** There is nothing to do. */
    public void thenNothing() {
      assertThat(outcome.events()).isEmpty();
    }

    /** It is refused with this code. */
    public void thenRefused(String code) {
      Refused refused = catchThrowableOfType(Refused.class, outcome::events);
      assertThat(refused).as("expected to be refused with %s", code).isNotNull();
      assertThat(refused.code()).isEqualTo(code);
    }
  }

  private interface Decision<C, E> {
    List<E> on(C command);
  }

  private interface Outcome<E> {
    List<E> events();
  }
}
