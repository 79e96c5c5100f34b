package dev.foldline.eventstoredb.subscriptions;

import dev.foldline.core.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How a subscription is. Safe for use by many threads. */
public final class SubscriptionHealth {

  private final Supplier<String> description;
  private final LongAdder losses = new LongAdder();

  private volatile boolean subscribed;
  private volatile boolean everSubscribed;
  private volatile boolean resting;
  private volatile @Nullable Throwable lastLoss;
  private volatile long backlog;
  private volatile long parked;
  private volatile @Nullable Instant oldest;
  private volatile int inHand;
  private volatile int hung;
  private volatile long heardAt = System.nanoTime();

  SubscriptionHealth(Supplier<String> description) {
    this.description = description;
  }

  /** Whether events can come; those that wait, as soon as the consumer takes them. */
  public boolean isSubscribed() {
    return subscribed;
  }

  /** Whether it was ever open. */
  public boolean wasSubscribed() {
    return everSubscribed;
  }

  /** Whether the consumer takes nothing, since it does not come back from what it had. */
  public boolean isHung() {
    return hung > 0 && resting;
  }

  /** From how many events the consumer did not come back in time, and has not until now. */
  public int hung() {
    return hung;
  }

  /** How many events the consumer has in hand. */
  public int inHand() {
    return inHand;
  }

  /** How often it was lost. */
  public long losses() {
    return losses.sum();
  }

  /** Why it was lost last; null if it never was. */
  public @Nullable Throwable lastLoss() {
    return lastLoss;
  }

  /** How many events wait in the server for a consumer; at least, where there are very many. */
  public long backlog() {
    return backlog;
  }

  /** How many events are parked. */
  public long parked() {
    return parked;
  }

  /**
   * How old the oldest event is that was delivered and is not settled; while there is no
   * subscription, for how long there has been none.
   */
  public Duration lag() {
    Instant since = oldest;
    return since == null ? Duration.ZERO : Duration.between(since, Instant.now());
  }

  /** What it is and how it is, for people; why it was lost, as whoever asks may know it. */
  public String describe() {
    StringBuilder text = new StringBuilder(description.get());
    Throwable loss = lastLoss;
    if (resting) {
      text.append(": closed until its consumer takes something");
    } else if (subscribed) {
      text.append(": subscribed");
    } else if (loss == null) {
      text.append(": not subscribed yet");
    } else {
      text.append(": not subscribed, ")
          .append(loss instanceof Failure known ? known.detail() : "the log says why");
    }
    if (hung > 0) {
      text.append("; its consumer does not come back from ").append(hung).append(" events");
    }
    return text.toString();
  }

  void probed(Source.Probe probe) {
    backlog = probe.backlog();
    parked = probe.parked();
  }

  void oldest(@Nullable Instant time) {
    if (subscribed && !resting) {
      oldest = time;
    }
  }

  Duration idle() {
    return Duration.ofNanos(System.nanoTime() - heardAt);
  }

  void heard() {
    heardAt = System.nanoTime();
  }

  void subscribed() {
    subscribed = true;
    everSubscribed = true;
    resting = false;
    heard();
  }

  void lost(Throwable cause) {
    subscribed = false;
    resting = false;
    lastLoss = cause;
    if (oldest == null) {
      oldest = Instant.now();
    }
    losses.increment();
  }

  /** There is no subscription until the consumer takes something. */
  void resting() {
    resting = true;
  }

  void stopped() {
    subscribed = false;
    resting = false;
  }

  /** What the consumer has now. */
  void has(int events, int late) {
    inHand = events;
    hung = late;
  }
}
