package dev.foldline.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Set;

/**
 * Who gives a command.
 *
 * @param subject by what the caller is known, compared exactly: at most 255 characters; empty where
 *     that is not known
 * @param roles of the caller
 */
public record Caller(String subject, Set<String> roles) {

  private static final int LONGEST_SUBJECT = 255;

  /** Nobody knows who. */
  public static final Caller ANONYMOUS = new Caller("", Set.of());

  /**
   * @throws Invalid if the subject is too long, or could not be stored
   */
  public Caller {
    if (subject.length() > LONGEST_SUBJECT || !UTF_8.newEncoder().canEncode(subject)) {
      throw new Invalid(
          "", "the caller's name must be of at most " + LONGEST_SUBJECT + " characters of Unicode");
    }
    roles = Set.copyOf(roles);
  }

  /** Whether nobody knows who it is: two of them need not be the same. */
  public boolean isAnonymous() {
    return subject.isEmpty();
  }

  /** Whether it is surely the one who is known by this; nobody is by nothing. */
  public boolean is(String subject) {
    return !isAnonymous() && this.subject.equals(subject);
  }

  public boolean hasRole(String role) {
    return roles.contains(role);
  }
}
