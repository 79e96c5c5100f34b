package dev.foldline.embedded.security;

import io.grpc.Context;
import java.util.Set;

/** Who makes a call: a user with groups, no one, or on a server without users the system itself. */
public record Caller(String name, Set<String> groups) {
  static final String ADMINS = "$admins";
  static final String OPERATORS = "$ops";

  public static final Caller ANONYMOUS = new Caller("", Set.of());
  private static final Caller SYSTEM = new Caller("system", Set.of(ADMINS));
  private static final Context.Key<Caller> CURRENT = Context.keyWithDefault("caller", SYSTEM);

  /** The caller of the call that this thread is handling. */
  public static Caller current() {
    return CURRENT.get();
  }

  /** The context of a call by this caller. */
  public Context in(Context context) {
    return context.withValue(CURRENT, this);
  }

  boolean isAnonymous() {
    return name.isEmpty();
  }

  boolean isAdmin() {
    return groups.contains(ADMINS);
  }

  boolean isOperator() {
    return isAdmin() || groups.contains(OPERATORS);
  }
}
