package dev.foldline.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.foldline.core.Caller;
import dev.foldline.core.Decider;
import dev.foldline.core.Failure;
import dev.foldline.core.Forbidden;
import dev.foldline.core.Refused;
import java.util.List;
import java.util.Set;

/**
 * A test of a decider that reads as a sentence:
 *
 * <pre>{@code
 * given(Account.DECIDER, new Opened("Ada"), new Deposited(100))
 *     .when(new Withdraw("a-1", 30))
 *     .then(new Withdrawn(30));
 * }</pre>
 *
 * <p>The caller is anonymous, unless it is {@linkplain #as said} who it is.
 *
 * @param <C> the commands
 * @param <E> the events
 */
public final class Given<C, E> {

  private final Decision<C, E> decision;
  private final Caller caller;

  private Given(Decision<C, E> decision, Caller caller) {
    this.decision = decision;
    this.caller = caller;
  }

  /** What happened before. */
  @SafeVarargs
  public static <C, S, E> Given<C, E> given(Decider<C, S, E> decider, E... events) {
    return given(decider, List.of(events));
  }

  /** What happened before, any number of events. */
  public static <C, S, E> Given<C, E> given(Decider<C, S, E> decider, List<E> events) {
    S state = decider.fold(decider.initial(), events);
    return new Given<>(
        (caller, command) -> {
          if (!decider.guard().may(caller, command, state)) {
            throw new Forbidden();
          }
          return decider.decide().apply(command, state);
        },
        Caller.ANONYMOUS);
  }

  /** Who gives the command. */
  public Given<C, E> as(String subject, String... roles) {
    return new Given<>(decision, new Caller(subject, Set.of(roles)));
  }

  /** The command under test. */
  public When<E> when(C command) {
    return new When<>(() -> decision.on(caller, command));
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
      assertThat(events()).containsExactly(events);
    }

    /** There is nothing to do. */
    public void thenNothing() {
      assertThat(events()).isEmpty();
    }

    /** It is refused with this code. */
    public void thenRefused(String code) {
      assertThat(failure("refused with " + code))
          .isInstanceOfSatisfying(
              Refused.class, refused -> assertThat(refused.code()).isEqualTo(code));
    }

    /** The caller may not give it. */
    public void thenForbidden() {
      assertThat(failure("forbidden")).isInstanceOf(Forbidden.class);
    }

    private List<E> events() {
      try {
        return outcome.events();
      } catch (Failure failure) {
        throw new AssertionError("not done, but " + failure.code(), failure);
      }
    }

    private Throwable failure(String expected) {
      Throwable failure = catchThrowable(outcome::events);
      if (failure == null) {
        throw new AssertionError("not " + expected + ", but led to " + outcome.events());
      }
      return failure;
    }
  }

  private interface Decision<C, E> {
    List<E> on(Caller caller, C command);
  }

  private interface Outcome<E> {
    List<E> events();
  }
}
