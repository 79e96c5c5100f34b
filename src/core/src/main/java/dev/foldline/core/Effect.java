package dev.foldline.core;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is to happen because of an event, as a value. Its name tells it from the event's other
 * effects, and is stored for ever as a part of its key: whoever renames an effect has it take place
 * again.
 */
public sealed interface Effect {

  /** 1 to 200 characters without control characters; it may hold a part of the event. */
  String name();

  /** A command to another stream. */
  static <C> Send<C> send(String name, Decider<C, ?, ?> to, C command) {
    return new Send<>(name, to, command);
  }

  /** Something that another system does. */
  static <I> Perform<I> perform(String name, Activity<I, ?> activity, I input) {
    return new Perform<>(name, activity, input, null);
  }

  /** A command to the process itself, later. */
  static <C> Remind<C> remind(String name, Instant at, C command) {
    return new Remind<>(name, at, command);
  }

  /** The end of an effect that has not taken place. */
  static Cancel cancel(String name, String effect) {
    return new Cancel(name, effect);
  }

  /**
   * A command to another stream, or to the same. Two are equal that have the same name, category
   * and command.
   */
  record Send<C>(String name, Decider<C, ?, ?> to, C command) implements Effect {

    public Send {
      checkName(name);
      requireNonNull(to, "there is no decider yet: see Reaction");
      requireNonNull(command, "there is no command");
    }

    /** The stream that the command goes to. */
    public String stream() {
      return to.stream(command);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Send<?> send
          && name.equals(send.name)
          && to.category().name().equals(send.to.category().name())
          && command.equals(send.command);
    }

    @Override
    public int hashCode() {
      return Objects.hash(name, to.category().name(), command);
    }
  }

  /**
   * Something that another system does.
   *
   * @param undoes the name of the effect of an earlier event of the same stream that it undoes;
   *     null if none
   */
  record Perform<I>(String name, Activity<I, ?> activity, I input, @Nullable String undoes)
      implements Effect {

    public Perform {
      checkName(name);
      requireNonNull(activity, "there is no activity yet: see Reaction");
      requireNonNull(input, "there is no input");
    }

    /** The same, as one that undoes what an effect of an earlier event of the stream did. */
    public Perform<I> undoing(String effect) {
      return new Perform<>(name, activity, input, effect);
    }
  }

  /**
   * A command to the decider that is answered, for the event's own id, at an instant of the store's
   * time or after it. Nobody is told what became of it: its stream holds that.
   *
   * @param at by the event, never by a clock; what is before a second after the event is then
   */
  record Remind<C>(String name, Instant at, C command) implements Effect {

    public Remind {
      checkName(name);
      requireNonNull(at, "there is no instant");
      requireNonNull(command, "there is no command");
    }
  }

  /**
   * Ends the newest command or reminder with a name of the stream's events before, of the last
   * {@value #FURTHEST} at most, unless it has taken place. Which of the two it was is what its
   * target holds: {@value #TOO_LATE} where it was ended, and whoever is told of that effect is told
   * so.
   *
   * @param effect the name of the one that it ends: an activity can't be
   */
  record Cancel(String name, String effect) implements Effect {

    /** Why an effect was refused that was ended. */
    public static final String TOO_LATE = "too-late";

    /** How many events of a stream are looked at for an effect. */
    public static final int FURTHEST = 1_000;

    public Cancel {
      checkName(name);
      checkName(effect);
    }
  }

  private static void checkName(String name) {
    if (name.isEmpty() || name.length() > 200 || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "an effect's name is 1 to 200 characters without control characters: '" + name + "'");
    }
  }
}
