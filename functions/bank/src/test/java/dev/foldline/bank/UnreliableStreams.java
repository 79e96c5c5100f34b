package dev.foldline.bank;

import dev.foldline.core.Appended;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.testing.Faults;
import dev.foldline.testing.Faults.Fault;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongConsumer;

/** The event store behind a network that does what a test plans. */
@Alternative
@Singleton
class UnreliableStreams implements Streams {

  private final Streams store;
  private final Faults faults = new Faults(point -> this.plan.apply(point));
  private volatile Function<String, Fault> plan = UnreliableStreams::none;
  private volatile Function<String, Throwable> failure = OutcomeUnknown::new;

  UnreliableStreams(EventStore store) {
    this.store = store.streams();
  }

  /**
   * What becomes of calls from now on.
   *
   * @param next for the point "append" or "read"
   * @param with what a caller gets where an append fails, by stream
   */
  void plan(Function<String, Fault> next, Function<String, Throwable> with) {
    failure = with;
    plan = next;
  }

  void calm() {
    plan = UnreliableStreams::none;
  }

  private static Fault none(String point) {
    return Fault.NONE;
  }

  @Override
  public CompletionStage<Appended> append(String stream, long expected, List<StoredEvent> events) {
    return faults.call(
        "append", () -> store.append(stream, expected, events), () -> failure.apply(stream));
  }

  @Override
  public CompletionStage<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
    return faults.call(
        "read",
        () -> store.read(stream, from, limit),
        () -> new Unavailable("the event store is away"));
  }

  @Override
  public CompletionStage<List<Recorded<StoredEvent>>> last(
      String stream, int limit, LongConsumer end) {
    return faults.call(
        "read",
        () -> store.last(stream, limit, end),
        () -> new Unavailable("the event store is away"));
  }
}
