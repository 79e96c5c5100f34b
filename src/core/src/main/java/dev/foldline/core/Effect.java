package dev.foldline.core;

import static java.util.Objects.requireNonNull;

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

  private static void checkName(String name) {
    if (name.isEmpty() || name.length() > 200 || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "an effect's name is 1 to 200 characters without control characters: '" + name + "'");
    }
  }
}
