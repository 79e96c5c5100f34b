package dev.foldline.eventstoredb.subscriptions;

import java.time.Duration;

/**
 * How long a supervised subscription waits for what.
 *
 * @param open for the subscription to be confirmed
 * @param watch between two looks of the watchdog
 * @param idle without any event, until it is opened anew, in case it ended in silence
 * @param settle for the consumer to settle what it has in hand, until that is given up, and to take
 *     what waits, until the subscription is closed
 */
public record SubscriptionTiming(Duration open, Duration watch, Duration idle, Duration settle) {

  public static final SubscriptionTiming DEFAULT =
      new SubscriptionTiming(
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          Duration.ofMinutes(1),
          Duration.ofMinutes(1));

  /** With another limit for the consumer. */
  public SubscriptionTiming settle(Duration limit) {
    return new SubscriptionTiming(open, watch, idle, limit);
  }
}
