package dev.foldline.eventstoredb.connector;

import com.eventstore.dbclient.NackAction;
import com.eventstore.dbclient.ResolvedEvent;
import dev.foldline.core.Recorded;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.StoredEvent;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An event in hand. It is settled once, by one of its four verbs; later ones do nothing. What is
 * settled after the connection was lost is delivered again. Safe for use by many threads.
 */
public final class Delivery {

  private final SupervisedSubscription.Attempt attempt;
  private final ResolvedEvent resolved;
  private final Recorded<StoredEvent> event;
  private final int retries;
  private final AtomicInteger attempts = new AtomicInteger(1);
  private final AtomicBoolean settled = new AtomicBoolean();

  Delivery(SupervisedSubscription.Attempt attempt, ResolvedEvent resolved, int retries) {
    this.attempt = attempt;
    this.resolved = resolved;
    this.event = EventStore.toRecorded(resolved.getEvent());
    this.retries = retries;
  }

  /** How often it was handed out by this instance, this time included. */
  public int attempts() {
    return attempts.get();
  }

  public Recorded<StoredEvent> event() {
    return event;
  }

  /** How often the server delivered it before. */
  public int retries() {
    return retries;
  }

  /** It is done. */
  public void ack() {
    if (settled.compareAndSet(false, true)) {
      attempt.ack(this);
    }
  }

  /** It is set aside, where a person finds it with this reason. */
  public void park(String reason) {
    nack(NackAction.Park, reason);
  }

  /** It is to be delivered again; parked by the server after too many times. */
  public void retry(String reason) {
    nack(NackAction.Retry, reason);
  }

  /** It is passed over. */
  public void skip(String reason) {
    nack(NackAction.Skip, reason);
  }

  /** It is to be handed out again by this instance, before the later events of its stream. */
  public void putBack() {
    attempts.incrementAndGet();
    attempt.putBack(this);
  }

  private void nack(NackAction action, String reason) {
    if (settled.compareAndSet(false, true)) {
      attempt.nack(this, action, reason);
    }
  }

  SupervisedSubscription.Attempt attempt() {
    return attempt;
  }

  ResolvedEvent resolved() {
    return resolved;
  }
}
