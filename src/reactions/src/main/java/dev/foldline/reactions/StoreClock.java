package dev.foldline.reactions;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.core.Namespace;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.WrongRevision;
import dev.foldline.eventstoredb.connection.EventStore;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The event store's time, by which reminders go, and by nothing else. An instance's clock is not
 * looked at: what the store has written, and when, tells the time, and between two of its events
 * what was counted since. Only an event that was written for it says what has passed for sure. Safe
 * for use by many threads.
 */
public final class StoreClock {

  /** An instance asks for the time once in that time at most. */
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  /** What was counted for longer is not worth much: machines are suspended. */
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final EventStore store;
  private final String stream;

  private Passed passed = Passed.NOTHING;
  private @Nullable Estimate latest;
  private @Nullable Uni<Passed> tick;
  private long ticked;
  private volatile boolean isBounded;

  /**
   * What has passed.
   *
   * @param last the last tick
   * @param latest the one that was written at the latest time: not the last one, where another
   *     leader's clock is behind
   */
  record Passed(Tick last, Tick latest) {

    private static final Passed NOTHING = new Passed(Tick.NONE, Tick.NONE);

    /** For an event at a position: only a tick that came behind it says what passed since. */
    Instant since(long event) {
      return Stream.of(last, latest)
          .filter(tick -> event < tick.position())
          .map(Tick::time)
          .max(Instant::compareTo)
          .orElse(Instant.MIN);
    }

    private Passed and(Tick tick) {
      return new Passed(tick, tick.time().isBefore(latest.time()) ? latest : tick);
    }
  }

  /** An event that was written to know the time. */
  record Tick(Instant time, long position) {

    private static final Tick NONE = new Tick(Instant.MIN, -1);
  }

  /** The store's time when {@link System#nanoTime} was so much. */
  private record Estimate(Instant time, long nanos) {

    static Estimate of(Instant time) {
      return new Estimate(time, System.nanoTime());
    }

    Instant now() {
      return time.plusNanos(System.nanoTime() - nanos);
    }
  }

  public StoreClock(EventStore store, Namespace namespace) {
    this.store = store;
    this.stream = "foldline-clock-" + namespace.name();
  }

  /** It is not known what time it is: this process stood still, or was copied. */
  public synchronized void forget() {
    latest = null;
    tick = null;
  }

  /** An event was delivered: it is this late at least. */
  synchronized void sees(Recorded<?> event) {
    if (latest != null && latest.now().isBefore(event.time())) {
      latest = Estimate.of(event.time());
    }
  }

  /** Whether the time may have come; also where the time is not known. */
  synchronized boolean mayHavePassed(Instant time) {
    return latest == null
        || System.nanoTime() - ticked > LONGEST.toNanos()
        || !latest.now().isBefore(time);
  }

  /** How long until a time, about. */
  synchronized Duration until(Instant time) {
    return latest == null ? Duration.ZERO : Duration.between(latest.now(), time);
  }

  /** Has the store write an event, and says what has passed. */
  synchronized Uni<Passed> tick() {
    if (tick == null || System.nanoTime() - ticked > BETWEEN.toNanos()) {
      ticked = System.nanoTime();
      tick =
          bounded()
              .chain(() -> store.append(stream, List.of(event("tick", "{}"))))
              .chain(() -> store.last(stream))
              .map(
                  last ->
                      passed(
                          last.orElseThrow(
                              () -> new Unavailable("the event store does not tell the time"))))
              .memoize()
              .indefinitely();
    }
    return tick;
  }

  private synchronized Passed passed(Recorded<?> last) {
    latest = Estimate.of(last.time());
    passed = passed.and(new Tick(last.time(), last.position()));
    return passed;
  }

  /** Of its stream the store has the last event alone. */
  private Uni<Void> bounded() {
    if (isBounded) {
      return Uni.createFrom().voidItem();
    }
    String metadata = "$$" + stream;
    return store
        .last(metadata)
        .chain(
            found ->
                found.isPresent()
                    ? Uni.createFrom().voidItem()
                    : store
                        .append(metadata, -1, List.of(event("$metadata", "{\"$maxCount\":1}")))
                        .replaceWithVoid()
                        .onFailure(WrongRevision.class)
                        .recoverWithNull())
        .invoke(() -> isBounded = true);
  }

  private static StoredEvent event(String type, String json) {
    return new StoredEvent(UUID.randomUUID(), type, json.getBytes(UTF_8), new byte[0]);
  }
}
