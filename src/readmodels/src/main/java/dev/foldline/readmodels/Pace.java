package dev.foldline.readmodels;

import java.time.Duration;

/**
 * How fast the read models of a projection are looked after.
 *
 * @param survey between two looks what is parked
 * @param keep between two checkpoints
 * @param absence how many of those another version may be silent before it counts as left
 * @param replay between two replays of what another release could not read
 * @param patience before an event is given back that waits for what can't be read
 */
record Pace(Duration survey, Duration keep, int absence, Duration replay, Duration patience) {

  static final Pace DEFAULT =
      new Pace(
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          15,
          Duration.ofMinutes(1),
          Duration.ofSeconds(1));
}
