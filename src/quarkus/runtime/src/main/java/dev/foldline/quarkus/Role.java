package dev.foldline.quarkus;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What an instance of an application may do, by itself or when it is called. */
public enum Role {
  /** Answers functions that are no queries. */
  COMMANDS,

  /** Answers queries. */
  QUERIES,

  /** Applies events to read models, by subscriptions that it holds. */
  PROJECTIONS,

  /** Has what follows from events take place, by subscriptions that it holds. */
  REACTIONS,

  /** Has reminders take place when they are due. */
  TIMERS,

  /** Builds read models, keeps up to where they are whole, and mends what Redis has lost. */
  BUILDS;

  /** Whether an instance that sleeps between calls may have it. */
  boolean maySleep() {
    return switch (this) {
      case COMMANDS, QUERIES -> true;
      case PROJECTIONS, REACTIONS, TIMERS, BUILDS -> false;
    };
  }

  /** As they are configured, in the order above. */
  static String names(Set<Role> roles) {
    return roles.stream()
        .sorted()
        .map(role -> role.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(","));
  }
}
