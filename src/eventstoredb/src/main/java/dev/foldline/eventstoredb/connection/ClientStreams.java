package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.ReadAllOptions;
import com.eventstore.dbclient.ReadResult;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.StreamNotFoundException;
import dev.foldline.core.Appended;
import dev.foldline.core.NotFound;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.TooLarge;
import dev.foldline.core.Truncated;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The one place that appends and reads. Answers come on any thread. */
final class ClientStreams implements Streams {

  /**
   * A server takes no message above 16 MiB less 10,000 bytes, and ends the call that brings one.
   */
  private static final long LARGEST_APPEND = 16_000_000;

  private final Supplier<EventStoreDBClient> client;
  private final GuardedCalls guard;
  private final DeniedAccess denied;
  private final BatchAppends batchAppends;
  private final Duration timeout;
  private final Supplier<Uni<Void>> first;

  /**
   * @param client of now
   * @param timeout of each call
   */
  ClientStreams(
      Supplier<EventStoreDBClient> client,
      GuardedCalls guard,
      DeniedAccess denied,
      BatchAppends batchAppends,
      Duration timeout) {
    this(client, guard, denied, batchAppends, timeout, () -> Uni.createFrom().voidItem());
  }

  private ClientStreams(
      Supplier<EventStoreDBClient> client,
      GuardedCalls guard,
      DeniedAccess denied,
      BatchAppends batchAppends,
      Duration timeout,
      Supplier<Uni<Void>> first) {
    this.client = client;
    this.guard = guard;
    this.denied = denied;
    this.batchAppends = batchAppends;
    this.timeout = timeout;
    this.first = first;
  }

  /** The same, where each call waits for something else to be done. */
  ClientStreams after(Supplier<Uni<Void>> other) {
    return new ClientStreams(client, guard, denied, batchAppends, timeout, other);
  }

  @Override
  public CompletionStage<Appended> append(String stream, long expected, List<StoredEvent> events) {
    return appending(stream, expected, events).subscribeAsCompletionStage();
  }

  @Override
  public CompletionStage<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
    return reading(stream, from, limit).subscribeAsCompletionStage();
  }

  Uni<Appended> appending(String stream, long expected, List<StoredEvent> events) {
    return appending(
        stream,
        expected < 0 ? ExpectedRevision.noStream() : ExpectedRevision.expectedRevision(expected),
        events);
  }

  Uni<Appended> appending(String stream, ExpectedRevision expected, List<StoredEvent> events) {
    return first.get().chain(() -> appendNow(stream, expected, events));
  }

  Uni<List<Recorded<StoredEvent>>> reading(String stream, long from, int limit) {
    ReadStreamOptions options = ReadStreamOptions.get().forwards().maxCount(limit);
    options.fromRevision(from);
    return first.get().chain(() -> readNow(stream, options, from));
  }

  /** Reads the log of all streams. */
  Uni<List<Recorded<StoredEvent>>> log(ReadAllOptions options) {
    options.requiresLeader();
    return first
        .get()
        .chain(() -> guard.call(() -> bounded(client.get().readAll(options))))
        .invoke(denied::answered)
        .map(ClientEvents::toRecorded)
        .onFailure()
        .transform(failure -> meaning(failure, "$all"));
  }

  private Uni<Appended> appendNow(
      String stream, ExpectedRevision expected, List<StoredEvent> events) {
    if (events.stream().mapToLong(StoredEvent::size).sum() > LARGEST_APPEND) {
      return Uni.createFrom().failure(new TooLarge(stream));
    }
    return guard
        .call(
            () ->
                batchAppends
                    .append(stream, expected, events)
                    .map(answer -> Uni.createFrom().completionStage(answer))
                    .orElseGet(() -> bounded(appendAlone(stream, expected, events))))
        .invoke(denied::appended)
        .onFailure(ClientFailures::isDenied)
        .invoke(() -> denied.appendDenied(stream))
        .onFailure()
        .transform(
            failure ->
                ClientFailures.mayHaveArrived(failure)
                    ? new OutcomeUnknown(stream)
                    : meaning(failure, stream));
  }

  private CompletableFuture<Appended> appendAlone(
      String stream, ExpectedRevision expected, List<StoredEvent> events) {
    AppendToStreamOptions options = AppendToStreamOptions.get().deadline(timeout.toMillis());
    options.expectedRevision(expected);
    return client
        .get()
        .appendToStream(stream, options, events.stream().map(ClientEvents::toEventData).iterator())
        .thenApply(ClientEvents::toAppended);
  }

  private Uni<List<Recorded<StoredEvent>>> readNow(
      String stream, ReadStreamOptions options, long from) {
    return guard
        .call(() -> readFrom(stream, options))
        .map(ClientEvents::toRecorded)
        .invoke(
            events -> {
              if (events.isEmpty() && from == 0) {
                throw new Truncated(stream);
              }
            })
        .onFailure(StreamNotFoundException.class)
        .recoverWithItem(List.of())
        .onFailure()
        .transform(failure -> meaning(failure, stream));
  }

  private Uni<ReadResult> readFrom(String stream, ReadStreamOptions options) {
    return bounded(client.get().readStream(stream, options))
        .onFailure(
            failure -> ClientFailures.isUnspeakable(ClientFailures.unwrapped(failure), stream))
        .transform(
            _ -> new NotFound(stream + " was deleted for good, as far as the store can say"));
  }

  private <T> Uni<T> bounded(CompletionStage<T> answer) {
    return Uni.createFrom().completionStage(answer).ifNoItem().after(timeout).fail();
  }

  private Throwable meaning(Throwable failure, String stream) {
    if (ClientFailures.isDenied(failure)) {
      denied.denied(stream);
    }
    return ClientFailures.meaning(failure, stream);
  }
}
