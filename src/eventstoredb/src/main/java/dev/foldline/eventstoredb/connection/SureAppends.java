package dev.foldline.eventstoredb.connection;

import dev.foldline.core.Appended;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.WrongRevision;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Appends each event once, though the store is away for a while or does not answer: what may have
 * been stored is looked for before it is sent again. Safe for use by many threads.
 */
public final class SureAppends {

  private static final int PAGE = 500;
  private static final long UNKNOWN = -1;
  private static final long FIRST_PAUSE_MS = 20;
  private static final long LONGEST_PAUSE_MS = 1_000;

  private final EventStore store;
  private final Duration limit;

  /** A position that the log has reached: what is new is stored behind it. */
  private final AtomicLong reached = new AtomicLong(UNKNOWN);

  /**
   * @param limit for how long one event is tried to be appended
   */
  public SureAppends(EventStore store, Duration limit) {
    this.store = store;
    this.limit = limit;
  }

  /**
   * Appends an event.
   *
   * @param expected the revision that the stream's last event must have, −1 for none; empty for any
   * @param since the position behind which it is stored, if it is already; empty where it is new
   * @param repeated whether it was surely sent before
   * @return where it is. Fails with {@link OutcomeUnknown} if it may be stored or not, and at once
   *     with what does not pass by itself
   */
  public Uni<Appended> append(
      String stream,
      OptionalLong expected,
      StoredEvent event,
      OptionalLong since,
      boolean repeated) {
    return Uni.createFrom()
        .deferred(() -> new Sending(stream, expected, event, since, repeated).attempt());
  }

  /** One event on its way. Its attempts come one after the other. */
  private final class Sending {

    private final String stream;
    private final OptionalLong expected;
    private final StoredEvent event;
    private final long deadline = System.nanoTime() + limit.toNanos();
    private OptionalLong since;
    private boolean maybeStored;
    private int failures;

    Sending(
        String stream,
        OptionalLong expected,
        StoredEvent event,
        OptionalLong since,
        boolean repeated) {
      this.stream = stream;
      this.expected = expected;
      this.event = event;
      this.since = since;
      this.maybeStored = repeated;
    }

    Uni<Appended> attempt() {
      return Uni.createFrom()
          .deferred(this::next)
          .invoke(end -> reached.accumulateAndGet(end.position(), Math::max))
          .onFailure()
          .recoverWithUni(this::failed);
    }

    private Uni<Appended> next() {
      if (expected.isPresent()) {
        return store.append(stream, expected.getAsLong(), List.of(event));
      }
      if (maybeStored) {
        return findOrAppend(OptionalLong.empty(), OptionalLong.empty());
      }
      return since.isPresent()
          ? appendAnywhere()
          : end().invoke(end -> since = OptionalLong.of(end)).chain(this::appendAnywhere);
    }

    /** A position that the log has reached by now. */
    private Uni<Long> end() {
      long known = reached.get();
      return known == UNKNOWN ? store.end() : Uni.createFrom().item(known);
    }

    private Uni<Appended> appendAnywhere() {
      return store.append(stream, List.of(event));
    }

    /**
     * Looks for the event from the end of the stream back to the position that it is behind. If it
     * is not there it is appended behind what was looked at, so that it can't be stored twice
     * though it be on its way still.
     *
     * @param from the revision to look from; none for the end
     * @param end the revision of the stream's last event, as soon as it is known
     */
    private Uni<Appended> findOrAppend(OptionalLong from, OptionalLong end) {
      return page(from)
          .chain(
              page -> {
                for (Recorded<StoredEvent> each : page) {
                  if (each.eventId().equals(event.id())) {
                    return Uni.createFrom().item(place(each));
                  }
                }
                OptionalLong last =
                    end.isPresent() || page.isEmpty()
                        ? end
                        : OptionalLong.of(page.getFirst().revision());
                return isBehind(page)
                    ? findOrAppend(OptionalLong.of(page.getLast().revision() - 1), last)
                    : append(last);
              });
    }

    /** Whether the event may be one before these. */
    private boolean isBehind(List<Recorded<StoredEvent>> page) {
      return page.size() == PAGE
          && page.getLast().revision() > 0
          && page.getLast().position() > since.orElseThrow();
    }

    private Uni<Appended> append(OptionalLong end) {
      return end.isPresent()
          ? store.append(stream, end.getAsLong(), List.of(event))
          : appendAnywhere();
    }

    private static Appended place(Recorded<StoredEvent> stored) {
      return new Appended(stored.revision(), stored.position());
    }

    private Uni<List<Recorded<StoredEvent>>> page(OptionalLong from) {
      return store
          .backwards(stream, from.orElse(-1), PAGE)
          .onFailure()
          .transform(_ -> new Unavailable("the event store does not tell what " + stream + " has"));
    }

    private Uni<Appended> failed(Throwable failure) {
      maybeStored |= failure instanceof OutcomeUnknown;
      if (passes(failure) && System.nanoTime() - deadline < 0) {
        return pause().chain(this::attempt);
      }
      boolean known = !maybeStored || failure instanceof WrongRevision;
      return Uni.createFrom().failure(known ? failure : new OutcomeUnknown(stream));
    }

    /**
     * Whether it may be otherwise the next time. A wrong revision is so only where none was asked
     * for: an event that is stored already is never refused for the revision that it was sent with.
     */
    private boolean passes(Throwable failure) {
      return failure instanceof OutcomeUnknown
          || failure instanceof Unavailable
          || (failure instanceof WrongRevision && expected.isEmpty());
    }

    private Uni<Void> pause() {
      long most = Math.min(FIRST_PAUSE_MS << Math.min(failures++, 10), LONGEST_PAUSE_MS);
      Duration pause = Duration.ofMillis(1 + ThreadLocalRandom.current().nextLong(most));
      return Uni.createFrom().voidItem().onItem().delayIt().by(pause);
    }
  }
}
