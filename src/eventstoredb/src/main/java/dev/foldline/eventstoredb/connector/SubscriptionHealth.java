package dev.foldline.eventstoredb.connector;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** How a subscription is. Safe for use by many threads. */
public final class SubscriptionHealth {

  private final String description;
  private final long hungNanos;
  private final LongAdder losses = new LongAdder();

  private volatile boolean subscribed;
  private volatile boolean everSubscribed;
  private volatile @Nullable Throwable lastLoss;
  private volatile long backlog;
  private volatile long parked;
  private volatile @Nullable Instant oldest;
  private volatile int inHand;
  private volatile long heardAt = System.nanoTime();
  private volatile long settledAt = System.nanoTime();

  SubscriptionHealth(String description, Duration hung) {
    this.description = description;
    this.hungNanos = hung.toNanos();
  }

  /** Whether events can come. */
  public boolean isSubscribed() {
    return subscribed;
  }

  /** Whether it was ever open. */
  public boolean wasSubscribed() {
    return everSubscribed;
  }

  /** Whether the consumer has events in hand and has settled none for too long. */
  public boolean isHung() {
    return inHand > 0 && System.nanoTime() - settledAt > hungNanos;
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

  /** What it is and how it is, for people. */
  public String describe() {
    if (isHung()) {
      return description + ": its consumer has " + inHand + " events in hand and settles none";
    }
    if (subscribed) {
      return description + ": subscribed";
    }
    Throwable loss = lastLoss;
    return description + (loss == null ? ": not subscribed yet" : ": not subscribed, " + loss);
  }

  void probed(Source.Probe probe) {
    backlog = probe.backlog();
    parked = probe.parked();
  }

  void oldest(@Nullable Instant time) {
    if (subscribed) {
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
    heard();
  }

  void lost(Throwable cause) {
    subscribed = false;
    lastLoss = cause;
    if (oldest == null) {
      oldest = Instant.now();
    }
    losses.increment();
  }

  void stopped() {
    subscribed = false;
  }

  void inHand(int now) {
    if (inHand == 0) {
      settledAt = System.nanoTime();
    }
    inHand = now;
  }

  void settled(int left) {
    settledAt = System.nanoTime();
    inHand = left;
  }
}
