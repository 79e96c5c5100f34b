package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import dev.foldline.core.Appended;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Appends by one call that stays open, at a fraction of what an append of the official client's
 * costs, which is a call of its own.
 *
 * <p>The call is made where the official client's last append succeeded: on its connection and with
 * its headers, as this interceptor sees them. Once it has ended, however it did, appends are the
 * client's again, which looks for the store; the next that succeeds opens another. Safe for use by
 * many threads.
 */
final class BatchAppends implements ClientInterceptor, AutoCloseable {

  private static final int OPEN_APPENDS = 20_000;
  private static final String APPEND = StreamsGrpc.getAppendMethod().getFullMethodName();

  private static final Metadata.Key<String> LEADER =
      Metadata.Key.of("leader-endpoint-host", Metadata.ASCII_STRING_MARSHALLER);

  private final Duration timeout;
  private volatile @Nullable OpenCall current;
  private boolean unwanted;

  /**
   * @param timeout after which the store gives an append up, and so do we
   */
  BatchAppends(Duration timeout) {
    this.timeout = timeout;
  }

  /**
   * Appends events in one piece.
   *
   * @return nothing where no call is open; else where they ended, within the time-out, on a thread
   *     of gRPC's that must not be blocked. It fails with a {@link
   *     java.util.concurrent.TimeoutException} or an {@link OutcomeUnknown} if they may have been
   *     written
   */
  Optional<CompletableFuture<Appended>> append(
      String stream, ExpectedRevision expected, List<StoredEvent> events) {
    @Nullable OpenCall call = current;
    return call == null ? Optional.empty() : call.append(stream, expected, events);
  }

  @Override
  public void close() {
    synchronized (this) {
      unwanted = true;
    }
    giveUp();
  }

  /** Ends the call that is open; what was sent by it may have been done or not. */
  void giveUp() {
    @Nullable OpenCall call = current;
    if (call != null) {
      call.cancel();
    }
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel channel) {
    return new ObservedCall<>(
        channel.newCall(method, options), channel, method.getFullMethodName().equals(APPEND));
  }

  /** A call of the official client's. */
  private final class ObservedCall<Q, A> extends SimpleForwardingClientCall<Q, A> {

    private final Channel channel;
    private final boolean appends;

    ObservedCall(ClientCall<Q, A> call, Channel channel, boolean appends) {
      super(call);
      this.channel = channel;
      this.appends = appends;
    }

    @Override
    public void start(Listener<A> listener, Metadata headers) {
      Metadata same = new Metadata();
      same.merge(headers);
      super.start(
          new SimpleForwardingClientCallListener<A>(listener) {
            @Override
            public void onClose(Status status, Metadata trailers) {
              super.onClose(status, trailers);
              if (status.isOk() && appends) {
                open(channel, same);
              } else if (leavesItsConnection(status, trailers)) {
                giveUp();
              }
            }
          },
          headers);
    }
  }

  /** Whether the client makes another connection now, which waits for the calls on this one. */
  private static boolean leavesItsConnection(Status status, Metadata trailers) {
    return status.getCode() == Status.Code.UNAVAILABLE || trailers.containsKey(LEADER);
  }

  private synchronized void open(Channel channel, Metadata headers) {
    if (current == null && !unwanted) {
      OpenCall call = new OpenCall(channel, headers);
      current = call.ended ? null : call;
    }
  }

  private synchronized void forget(OpenCall call, boolean forGood) {
    if (current == call) {
      current = null;
    }
    unwanted |= forGood;
  }

  private record Open(String stream, CompletableFuture<Appended> answer) {}

  /** One call, from its beginning to its end. */
  private final class OpenCall implements StreamObserver<BatchAppendResp> {

    private final AtomicLong lastId = new AtomicLong();
    private final ConcurrentMap<Long, Open> open = new ConcurrentHashMap<>();
    private final StreamObserver<BatchAppendReq> requests;
    private volatile boolean ended;

    OpenCall(Channel channel, Metadata headers) {
      requests =
          StreamsGrpc.newStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
              .withExecutor(Runnable::run)
              .batchAppend(this);
    }

    Optional<CompletableFuture<Appended>> append(
        String stream, ExpectedRevision expected, List<StoredEvent> events) {
      if (open.size() >= OPEN_APPENDS) {
        throw new Unavailable("overloaded", "too many appends are on their way");
      }
      Open append = new Open(stream, new CompletableFuture<>());
      long id = lastId.incrementAndGet();
      BatchAppendReq request =
          AppendMessages.request(new UUID(0, id), stream, expected, events, timeout);
      synchronized (this) {
        if (ended) {
          return Optional.empty();
        }
        open.put(id, append);
        requests.onNext(request);
      }
      CompletableFuture<Appended> answer =
          append.answer().orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
      CompletableFuture<?> _ = answer.whenComplete(this::cancelIfLate);
      return Optional.of(answer);
    }

    /** It may hang: what comes next had better go another way. */
    private void cancelIfLate(@Nullable Appended end, @Nullable Throwable failure) {
      if (failure instanceof TimeoutException) {
        cancel();
      }
    }

    @Override
    public void onNext(BatchAppendResp answer) {
      @Nullable Open append =
          open.remove(answer.getCorrelationId().getStructured().getLeastSignificantBits());
      if (append == null) {
        return;
      }
      switch (answer.getResultCase()) {
        case SUCCESS -> append.answer().complete(AppendMessages.toAppended(answer.getSuccess()));
        case ERROR, RESULT_NOT_SET ->
            append
                .answer()
                .completeExceptionally(
                    AppendMessages.toFailure(answer.getError(), append.stream()));
      }
    }

    @Override
    public void onError(Throwable failure) {
      end(Status.fromThrowable(failure).getCode() == Status.Code.UNIMPLEMENTED);
    }

    @Override
    public void onCompleted() {
      end(false);
    }

    /** Nothing is sent by it any more when it is cancelled: gRPC takes that for a bug. */
    void cancel() {
      end(false);
      requests.onError(Status.CANCELLED.asRuntimeException());
    }

    /** However the call ended: that says nothing of each append that was sent. */
    private void end(boolean forGood) {
      List<Open> unanswered;
      synchronized (this) {
        ended = true;
        unanswered = List.copyOf(open.values());
        open.clear();
      }
      forget(this, forGood);
      unanswered.forEach(
          append -> append.answer().completeExceptionally(new OutcomeUnknown(append.stream())));
    }
  }
}
