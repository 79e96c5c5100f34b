package dev.foldline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Recorded;
import dev.foldline.core.Result;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A test of a reaction that reads as a sentence:
 *
 * <pre>{@code
 * given(Transfer.NEXT, new Requested("a", "b", 30))
 *     .when(new Taken("b", 30))
 *     .then(send("give", Account.DECIDER, new TransferIn("b", ID, 30)));
 *
 * given(Transfer.NEXT)
 *     .when(new Requested("a", "b", 30))
 *     .answered(new Result.Refused("take", "insufficient-funds"))
 *     .then(new Answered(ID, new Result.Refused("take", "insufficient-funds")));
 * }</pre>
 *
 * <p>The events are those of the stream with the id {@value #ID} of the reaction's category, from
 * revision 0 on, and recorded at {@link Instant#EPOCH}, unless another instant is said. Those of
 * before count only for a reaction that is given the state. What a reaction throws, and what is
 * wrong with its effects, comes out of {@link #when} as it is.
 *
 * @param <E> the events
 */
public final class GivenReaction<E> {

  /** Of the stream. */
  public static final String ID = "1";

  private final Reaction<E> reaction;
  private final Reaction.AsOf<E> before;
  private final int revision;
  private final Instant time;

  private GivenReaction(Reaction<E> reaction, Reaction.AsOf<E> before, int revision, Instant time) {
    this.reaction = reaction;
    this.before = before;
    this.revision = revision;
    this.time = time;
  }

  /** What happened before. */
  @SafeVarargs
  public static <E> GivenReaction<E> given(Reaction<E> reaction, E... events) {
    return given(reaction, List.of(events));
  }

  /** What happened before, any number of events. */
  public static <E> GivenReaction<E> given(Reaction<E> reaction, List<? extends E> events) {
    Reaction.AsOf<E> state = reaction.beginning();
    for (E event : events) {
      state = state.and(event);
    }
    return new GivenReaction<>(reaction, state, events.size(), Instant.EPOCH);
  }

  /** The same, where the store writes the event under test at an instant. */
  public GivenReaction<E> at(Instant instant) {
    return new GivenReaction<>(reaction, before, revision, instant);
  }

  /**
   * The event under test.
   *
   * @throws IllegalArgumentException if two of its effects have the same name, or there are too
   *     many
   * @throws dev.foldline.core.Invalid if a command names no stream
   * @throws ClassCastException if a reminder's command is not one of the decider that is answered
   */
  public When<E> when(E event) {
    Recorded<E> recorded =
        new Recorded<>(
            event,
            new UUID(0, revision),
            reaction.category().stream(ID),
            revision,
            revision,
            time,
            Map.of());
    List<Effect> effects = before.and(event).effects(recorded);
    effects.forEach(effect -> checkTarget(recorded, effect));
    return new When<>(reaction, recorded, effects);
  }

  private void checkTarget(Recorded<E> event, Effect effect) {
    switch (effect) {
      case Effect.Send<?> send -> {
        String _ = send.stream();
      }
      case Effect.Remind<?> remind -> {
        String _ = reaction.command(event, remind).stream();
      }
      case Effect.Perform<?> _, Effect.Cancel _ -> {}
    }
  }

  /** What is expected of the event. */
  public static final class When<E> {

    private final Reaction<E> reaction;
    private final Recorded<E> event;
    private final List<Effect> effects;

    private When(Reaction<E> reaction, Recorded<E> event, List<Effect> effects) {
      this.reaction = reaction;
      this.event = event;
      this.effects = effects;
    }

    List<Effect> effects() {
      return effects;
    }

    /** It leads to these effects, in this order. */
    public void then(Effect... expected) {
      assertThat(effects).as("the effects of %s", event.event()).containsExactly(expected);
    }

    /** It leads to nothing. */
    public void thenNothing() {
      assertThat(effects).as("the effects of %s", event.event()).isEmpty();
    }

    /** What becomes of the one of its effects that the result names. */
    public Answered answered(Result result) {
      assertThat(effects.stream().map(Effect::name))
          .as("the names of the effects of %s", event.event())
          .contains(result.effect());
      return new Answered(
          reaction
              .answers()
              .orElseThrow(() -> new AssertionError(reaction + " answers nobody"))
              .tell(event, result));
    }
  }

  /** What is expected of what is told. */
  public static final class Answered {

    private final Object command;

    private Answered(Object command) {
      this.command = command;
    }

    /** This command tells it. */
    public void then(Object expected) {
      assertThat(command).isEqualTo(expected);
    }
  }
}
