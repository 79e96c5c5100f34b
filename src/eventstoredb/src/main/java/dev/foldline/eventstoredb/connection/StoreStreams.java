package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import dev.foldline.core.Appended;
import dev.foldline.core.Away;
import dev.foldline.core.NotFound;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.TooLarge;
import dev.foldline.core.Truncated;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The one place that appends and reads. Answers come on the event loop of the caller, if it is on
 * one, else on one of the store's.
 */
final class StoreStreams implements Streams {

  /**
   * A server takes no message above 16 MiB less 10,000 bytes, and ends the call that brings one.
   */
  private static final long LARGEST_APPEND = 16_000_000;

  private final Supplier<LoopClient> client;
  private final Guard guard;
  private final DeniedAccess denied;
  private final Duration timeout;
  private final Once first;

  /**
   * @param client of the thread of now
   * @param timeout of each call
   * @param first what each call waits for
   */
  StoreStreams(
      Supplier<LoopClient> client, Guard guard, DeniedAccess denied, Duration timeout, Once first) {
    this.client = client;
    this.guard = guard;
    this.denied = denied;
    this.timeout = timeout;
    this.first = first;
  }

  /** The same, where each call waits for something else to be done. */
  StoreStreams after(Once other) {
    return new StoreStreams(client, guard, denied, timeout, other);
  }

  /** Calls the store for something that has the same effect if it is called twice. */
  <Q, A> CompletableFuture<A> call(MethodDescriptor<Q, A> method, Q question) {
    return guarded(
        here -> new UnaryRequest<>(here, method, question),
        (answered, given) -> given.complete(answered),
        UnaryOperator.identity());
  }

  /** The connection of now, for calls that stay open. */
  CompletableFuture<Channel> channel() {
    return guarded(
        ConnectRequest::new, (channel, given) -> given.complete(channel), UnaryOperator.identity());
  }

  @Override
  public CompletableFuture<Appended> append(
      String stream, long expected, List<StoredEvent> events) {
    return append(
        stream,
        expected < 0 ? ExpectedRevision.noStream() : ExpectedRevision.expectedRevision(expected),
        events);
  }

  CompletableFuture<Appended> append(
      String stream, ExpectedRevision expected, List<StoredEvent> events) {
    int size = 0;
    for (StoredEvent event : events) {
      size += event.size();
      if (size > LARGEST_APPEND) {
        return CompletableFuture.failedFuture(new TooLarge(stream));
      }
    }
    int bytes = size;
    return guarded(
        here -> new AppendRequest(here, stream, expected, events, bytes, timeout),
        (appended, given) -> {
          denied.appended();
          given.complete(appended);
        },
        failure -> notAppended(failure, stream));
  }

  private Throwable notAppended(Throwable failure, String stream) {
    if (StoreFailures.isDenied(failure)) {
      denied.appendDenied(stream);
    }
    return failure instanceof TimeoutException
        ? new OutcomeUnknown(stream)
        : StoreFailures.meaning(failure, stream);
  }

  @Override
  public CompletableFuture<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
    ReadReq request = ReadRequests.stream(stream, from, limit, false);
    return read(stream, here -> new ReadRequest(here, request, limit), from == 0);
  }

  @Override
  public CompletableFuture<List<Recorded<StoredEvent>>> last(
      String stream, int limit, LongConsumer end) {
    ReadReq request = ReadRequests.streamBackwards(stream, -1, limit);
    return read(
        stream,
        here ->
            new ReadRequest(
                here, request, limit, latest -> end.accept(latest.original().revision())),
        true);
  }

  /**
   * @param fromEnd whether there is nothing left of the stream if nothing is read
   */
  private CompletableFuture<List<Recorded<StoredEvent>>> read(
      String stream, Function<LoopClient, Request<ReadRequest.Page>> request, boolean fromEnd) {
    return guarded(
        request,
        (page, given) -> {
          if (page.found() && page.events().isEmpty() && fromEnd) {
            given.completeExceptionally(new Truncated(stream));
          } else {
            given.complete(page.originals());
          }
        },
        failure -> notRead(failure, stream));
  }

  /** Reads a part of a stream or of the log of all streams; nothing where there is none. */
  CompletableFuture<List<Resolved>> read(ReadReq request, int limit, String what) {
    return guarded(
        here -> new ReadRequest(here, request, limit),
        (page, given) -> {
          denied.answered();
          given.complete(page.events());
        },
        failure -> notRead(failure, what));
  }

  private Throwable notRead(Throwable failure, String stream) {
    if (StoreFailures.isUnspeakable(failure, stream)) {
      return new NotFound(stream + " was deleted for good, as far as the store can say");
    }
    if (StoreFailures.isDenied(failure)) {
      denied.denied(stream);
    }
    return StoreFailures.meaning(failure, stream);
  }

  private <A, T> CompletableFuture<T> guarded(
      Function<LoopClient, Request<A>> request,
      BiConsumer<A, CompletableFuture<T>> answer,
      UnaryOperator<Throwable> meaning) {
    return first.isDone()
        ? ask(request, answer, meaning)
        : first
            .done()
            .chain(() -> Uni.createFrom().completionStage(ask(request, answer, meaning)))
            .subscribeAsCompletionStage();
  }

  private <A, T> CompletableFuture<T> ask(
      Function<LoopClient, Request<A>> request,
      BiConsumer<A, CompletableFuture<T>> answer,
      UnaryOperator<Throwable> meaning) {
    if (!guard.admits()) {
      return CompletableFuture.failedFuture(new Away("the event store is away"));
    }
    CompletableFuture<T> given = new CompletableFuture<>();
    LoopClient here = client.get();
    CompletableFuture<?> _ =
        here.ask(request.apply(here))
            .whenComplete(
                (answered, failure) -> {
                  try {
                    guard.ended(failure);
                    if (failure == null) {
                      answer.accept(answered, given);
                    } else {
                      given.completeExceptionally(meaning.apply(failure));
                    }
                  } catch (RuntimeException e) {
                    given.completeExceptionally(e);
                  }
                });
    return given;
  }
}
