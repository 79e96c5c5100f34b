package dev.foldline.eventstoredb.connection;

import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells the operator where the store does not let this application in: at once, and then no more
 * than once a minute while the reason is the same.
 *
 * <p>It hears every call, as the discovery of a cluster is refused too. Safe for use by many
 * threads.
 */
final class DeniedAccess implements EndsOfCalls {

  private static final Logger LOG = Logger.getLogger(EventStore.class);
  private static final long PAUSE = Duration.ofMinutes(1).toNanos();

  private enum Reason {
    WRONG_CREDENTIALS,
    NO_CREDENTIALS,
    NO_ACCESS
  }

  private final boolean anonymous;
  private final LongSupplier clock;
  private volatile @Nullable String current;
  private boolean appendDenied;
  private long appendDeniedAt;
  private @Nullable Reason told;
  private long toldAt;

  /**
   * @param anonymous whether the application says nothing of who it is
   * @param clock in nanoseconds
   */
  DeniedAccess(boolean anonymous, LongSupplier clock) {
    this.anonymous = anonymous;
    this.clock = clock;
  }

  /**
   * What the operator was told last; empty once the store has answered, as far as it denies no
   * append.
   */
  Optional<String> current() {
    return Optional.ofNullable(current);
  }

  /** The store took an append. */
  void appended() {
    if (current != null) {
      synchronized (this) {
        appendDenied = false;
        current = null;
      }
    }
  }

  /** The store answered something that it may answer to those who can't append. */
  void answered() {
    if (current != null && !deniesAppends()) {
      current = null;
    }
  }

  /**
   * Whether the store denied an append less than a minute ago, and took none since. No longer: who
   * counts as away gets no commands, by which it could see that it no longer is.
   */
  synchronized boolean deniesAppends() {
    return appendDenied && clock.getAsLong() - appendDeniedAt < PAUSE;
  }

  /** The store denies the application an append, see {@link #denied}. */
  void appendDenied(String stream) {
    denied(stream);
    synchronized (this) {
      appendDenied = true;
      appendDeniedAt = clock.getAsLong();
    }
  }

  /** The store knows the application and denies it a stream, or does not know who it is. */
  void denied(String stream) {
    if (anonymous) {
      tell(
          Reason.NO_CREDENTIALS,
          "the event store denies access to "
              + stream
              + " without a name: say user:password@ in foldline.eventstoredb.connection-string");
    } else {
      tell(
          Reason.NO_ACCESS,
          "the event store denies the user of foldline.eventstoredb.connection-string access to "
              + stream
              + ": see the access control lists of that stream and of $settings");
    }
  }

  private void wrongCredentials() {
    tell(
        Reason.WRONG_CREDENTIALS,
        "the event store refuses the user and password of"
            + " foldline.eventstoredb.connection-string: give it those of a user that it knows");
  }

  private synchronized void tell(Reason reason, String text) {
    current = text;
    long now = clock.getAsLong();
    if (reason != told || now - toldAt >= PAUSE) {
      told = reason;
      toldAt = now;
      LOG.error(text);
    }
  }

  @Override
  public void ended(Status status, Metadata trailers) {
    if (status.getCode() == Status.Code.UNAUTHENTICATED) {
      wrongCredentials();
    }
  }
}
