package dev.foldline.core;

import static java.util.Objects.requireNonNull;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What happens next: a pure function from an event to effects, each of which takes place exactly
 * once in effect, however often the event is delivered.
 *
 * <p>A constant. It stands in a holder of its own, or in the state's behind its decider: neither
 * with the category's events nor in the state's before the decider, as interfaces that initialise
 * each other see null.
 *
 * @param <E> the events of its category
 */
public final class Reaction<E> {

  /** An event may have so many effects. */
  public static final int MOST_EFFECTS = 1_000;

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,99}");

  /** Where in the log a reaction begins that is new. */
  public sealed interface Beginning {

    /** With the first event. */
    record Start() implements Beginning {}

    /** Behind the last event that there is when it is first registered. */
    record End() implements Beginning {}

    /** Behind the last event that another reaction has settled; it waits until that is idle. */
    record After(String reaction) implements Beginning {}
  }

  /** A stream's state as of an event, for the reactions that are given it. Immutable. */
  public sealed interface AsOf<E> {

    /** After one more event. */
    AsOf<E> and(E event);

    /**
     * The effects of the event that was folded last.
     *
     * @throws IllegalArgumentException if two have the same name, or there are too many
     */
    List<Effect> effects(Recorded<E> recorded);
  }

  /** To whom is told what became of each effect. */
  public record Answering<E, C>(
      Decider<C, ?, ?> decider, BiFunction<Recorded<E>, Result, C> command) {

    public Answering {
      requireNonNull(decider, "there is no decider yet: see Reaction");
    }

    /** The command that tells it. */
    public C tell(Recorded<E> event, Result result) {
      return command.apply(event, result);
    }
  }

  private final String name;
  private final Category<E> category;
  private final AsOf<E> empty;
  private final @Nullable Answering<E, ?> answering;
  private final @Nullable Beginning beginning;

  private Reaction(
      String name,
      Category<E> category,
      AsOf<E> empty,
      @Nullable Answering<E, ?> answering,
      @Nullable Beginning beginning) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'"
              + name
              + "' is no reaction's name: 1 to 100 of the characters a-z 0-9 . - that begin with a"
              + " letter or digit");
    }
    this.name = name;
    this.category = category;
    this.empty = empty;
    this.answering = answering;
    this.beginning = beginning;
  }

  /**
   * A reaction to a category's events.
   *
   * @param name its stable name, stored for ever: one that is renamed acts again
   * @param react what an event leads to: a pure function of the event alone
   */
  public static <E> Reaction<E> of(
      String name, Category<E> category, Function<Recorded<E>, List<? extends Effect>> react) {
    return new Reaction<>(
        name, requireNonNull(category, Category.MISSING), new Stateless<>(react), null, null);
  }

  /**
   * A reaction to the events of a decider's category, which is given the state as of the event, the
   * event included: never the latest.
   */
  public static <S, E> Reaction<E> of(
      String name,
      Decider<?, S, E> decider,
      BiFunction<Recorded<E>, S, List<? extends Effect>> react) {
    requireNonNull(decider, "there is no decider yet: see Reaction");
    return new Reaction<>(
        name, decider.category(), new Folded<>(decider, react, decider.initial()), null, null);
  }

  /**
   * The same, which tells a decider what became of each effect.
   *
   * @param command that tells it; the decider must not refuse it
   */
  public <C> Reaction<E> answering(
      Decider<C, ?, ?> decider, BiFunction<Recorded<E>, Result, C> command) {
    return new Reaction<>(name, category, empty, new Answering<>(decider, command), beginning);
  }

  /** The same, which begins with the first event of the log. */
  public Reaction<E> fromStart() {
    return new Reaction<>(name, category, empty, answering, new Beginning.Start());
  }

  /**
   * The same in place of another one, which is run no more: it begins where that has ended, and
   * waits while that has anything unsettled or parked, or a reminder that is pending.
   */
  public Reaction<E> after(String reaction) {
    return new Reaction<>(name, category, empty, answering, new Beginning.After(reaction));
  }

  public String name() {
    return name;
  }

  public Category<E> category() {
    return category;
  }

  /** Whether it is given the state as of the event. */
  public boolean needsState() {
    return empty instanceof Folded;
  }

  /** A stream before its first event. */
  public AsOf<E> beginning() {
    return empty;
  }

  /** To whom is told what became of its effects. */
  public Optional<Answering<E, ?>> answers() {
    return Optional.ofNullable(answering);
  }

  /**
   * A reminder as the command that it is.
   *
   * @throws IllegalArgumentException if nobody is answered, or it is for another id than the
   *     event's
   */
  public Effect.Send<?> command(Recorded<E> event, Effect.Remind<?> remind) {
    if (answering == null) {
      throw new IllegalArgumentException(
          "'%s' reminds nobody: '%s' answers no decider".formatted(remind.name(), name));
    }
    Effect.Send<?> command = command(answering.decider(), remind);
    if (!command.stream().equals(answering.decider().category().stream(event.id()))) {
      throw new IllegalArgumentException(
          "'%s' reminds %s, and not '%s', whose event it is"
              .formatted(remind.name(), command.stream(), event.id()));
    }
    return command;
  }

  @SuppressWarnings("unchecked") // if it is another decider's, the decider says so
  private static <C> Effect.Send<C> command(Decider<C, ?, ?> decider, Effect.Remind<?> remind) {
    return new Effect.Send<>(remind.name(), decider, (C) remind.command());
  }

  /**
   * Where it begins. One that answers a decider of its own category is a process manager's, and
   * begins with the first event.
   */
  public Beginning begins() {
    if (beginning != null) {
      return beginning;
    }
    return answering != null && answering.decider().category().name().equals(category.name())
        ? new Beginning.Start()
        : new Beginning.End();
  }

  @Override
  public String toString() {
    return name;
  }

  /** The effects of an event alone. */
  private record Stateless<E>(Function<Recorded<E>, List<? extends Effect>> react)
      implements AsOf<E> {

    @Override
    public AsOf<E> and(E event) {
      return this;
    }

    @Override
    public List<Effect> effects(Recorded<E> recorded) {
      return checked(react.apply(recorded));
    }
  }

  /** The effects of an event in a state. */
  private record Folded<S, E>(
      Decider<?, S, E> decider, BiFunction<Recorded<E>, S, List<? extends Effect>> react, S state)
      implements AsOf<E> {

    @Override
    public AsOf<E> and(E event) {
      return new Folded<>(decider, react, decider.evolve().apply(state, event));
    }

    @Override
    public List<Effect> effects(Recorded<E> recorded) {
      return checked(react.apply(recorded, state));
    }
  }

  private static List<Effect> checked(List<? extends Effect> effects) {
    if (effects.size() > MOST_EFFECTS) {
      throw new IllegalArgumentException(
          effects.size() + " effects of one event: at most " + MOST_EFFECTS + " are allowed");
    }
    Set<String> names = new HashSet<>();
    for (Effect effect : effects) {
      if (!names.add(effect.name())) {
        throw new IllegalArgumentException(
            "two effects of one event are called '" + effect.name() + "'");
      }
    }
    return List.copyOf(effects);
  }
}
