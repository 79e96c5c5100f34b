package dev.foldline.core;

import java.util.regex.Pattern;

/**
 * What tells an application's persistent subscriptions, its streams of Foldline's own, and its keys
 * in Redis from those of another one that uses the same event store or Redis.
 *
 * @param name 1 to 40 of the characters {@code a-z 0-9 . _ -}, the first a letter or digit; stored
 *     for ever. Empty for {@link #NONE}
 */
public record Namespace(String name) {

  private static final Pattern NAME = Pattern.compile("([a-z0-9][a-z0-9._-]{0,39})?");

  /** Of whoever uses Foldline's libraries without its extension: names are as they are given. */
  public static final Namespace NONE = new Namespace("");

  /**
   * @throws IllegalArgumentException if the name can't be one
   */
  public Namespace {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'"
              + name
              + "' is not 1 to 40 of the characters a-z 0-9 . _ - that begin with a letter or digit");
    }
  }

  /** What something is called in this namespace, and in no other. */
  public String of(String name) {
    return this.name.isEmpty() ? name : this.name + ":" + name;
  }
}
