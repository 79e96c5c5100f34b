package dev.foldline.eventstoredb.subscriptions;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.connection.Resolved;
import dev.foldline.eventstoredb.subscriptions.Source.Nack;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An event in hand. It is settled once, by one of its five verbs; later ones do nothing. What is
 * settled after the connection was lost is delivered again. Safe for use by many threads.
 */
public final class Delivery {

  private enum State {
    WITH_CONSUMER,
    /** It waits for what the failure strategy makes of it. */
    FAILED,
    /** Its consumer had it for too long: another delivery of the event stands for it. */
    GIVEN_UP,
    SETTLED
  }

  private final SubscriptionAttempt attempt;
  private final Resolved resolved;
  private final Recorded<StoredEvent> event;
  private final int retries;
  private final int attempts;
  private final AtomicReference<State> state = new AtomicReference<>(State.WITH_CONSUMER);

  Delivery(SubscriptionAttempt attempt, Resolved resolved, int retries) {
    this(attempt, resolved, recorded(resolved), retries, 1);
  }

  /** What comes through a link, as a replayed parked event does, is given the link's position. */
  private static Recorded<StoredEvent> recorded(Resolved resolved) {
    Recorded<StoredEvent> event = resolved.present();
    return resolved.link() == null ? event : event.at(-1);
  }

  private Delivery(
      SubscriptionAttempt attempt,
      Resolved resolved,
      Recorded<StoredEvent> event,
      int retries,
      int attempts) {
    this.attempt = attempt;
    this.resolved = resolved;
    this.event = event;
    this.retries = retries;
    this.attempts = attempts;
  }

  /** How often it was handed out by this instance, this time included. */
  public int attempts() {
    return attempts;
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
    if (settles()) {
      attempt.ack(this);
    }
  }

  /** It is set aside, where a person finds it with this reason. */
  public void park(String reason) {
    nack(Nack.PARK, reason);
  }

  /** It is to be delivered again; parked by the server after too many times. */
  public void retry(String reason) {
    nack(Nack.RETRY, reason);
  }

  /** It is passed over. */
  public void skip(String reason) {
    nack(Nack.SKIP, reason);
  }

  /** It is to be handed out again by this instance, before the later events of its stream. */
  public void putBack() {
    if (settles()) {
      attempt.putBack(this);
    }
  }

  private void nack(Nack action, String reason) {
    if (settles()) {
      attempt.nack(this, action, reason);
    }
  }

  /** It is left as it is: the server delivers it again, to whoever asks. */
  public void leave() {
    if (settles()) {
      attempt.leave(this);
    }
  }

  private boolean settles() {
    State before = state.getAndSet(State.SETTLED);
    if (before == State.GIVEN_UP) {
      attempt.back(this);
    }
    return before == State.WITH_CONSUMER || before == State.FAILED;
  }

  /** Its consumer could not process it: whether it is for the failure strategy to settle it. */
  public boolean fails() {
    if (state.compareAndSet(State.GIVEN_UP, State.SETTLED)) {
      attempt.back(this);
    }
    return state.compareAndSet(State.WITH_CONSUMER, State.FAILED);
  }

  /** What stands for it from now on, if its consumer still has it: that one's verbs do nothing. */
  Optional<Delivery> giveUp() {
    return state.compareAndSet(State.WITH_CONSUMER, State.GIVEN_UP)
        ? Optional.of(new Delivery(attempt, resolved, event, retries, attempts))
        : Optional.empty();
  }

  /** What is handed out when it was put back. */
  Delivery again() {
    return new Delivery(attempt, resolved, event, retries, attempts + 1);
  }

  /** Whether the server means the same by both: to settle one of them settles the other. */
  boolean isSameAs(Delivery other) {
    return attempt == other.attempt
        && resolved.original().eventId().equals(other.resolved.original().eventId());
  }

  SubscriptionAttempt attempt() {
    return attempt;
  }

  Resolved resolved() {
    return resolved;
  }
}
