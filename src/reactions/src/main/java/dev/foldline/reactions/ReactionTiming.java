package dev.foldline.reactions;

import java.time.Duration;

/**
 * How long reactions wait for what.
 *
 * @param command for a command of an effect
 * @param attempt for one try of an activity
 * @param hold how long an event is held while an activity is tried; then it is set aside as waiting
 * @param look between two looks at what waits, and before the first try of it
 * @param giveUp after which an activity that was tried ten times is given up
 */
public record ReactionTiming(
    Duration command, Duration attempt, Duration hold, Duration look, Duration giveUp) {

  public static final ReactionTiming DEFAULT =
      new ReactionTiming(
          Duration.ofSeconds(30),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(1),
          Duration.ofHours(24));
}
