package dev.foldline.embedded.grpc;

import io.grpc.Context;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.Comparator;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Every call in progress. A call whose time is over ends with DEADLINE_EXCEEDED, and one that is
 * open when the server stops with UNAVAILABLE, both in trailers. gRPC-Java would reset the stream
 * at a deadline, so it is taken out of the headers before gRPC looks, and kept in the call's
 * context.
 *
 * <p>Since such an end may come at any moment, a call's answers are serialised here, and dropped
 * once it is closed.
 */
public final class Calls extends ServerStreamTracer.Factory implements ServerInterceptor {
  private static final Metadata.Key<String> TIMEOUT =
      Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
  private static final Status TOO_MUCH =
      Status.UNAVAILABLE.withDescription("Too many requests are under way");

  /** What a piece of a message takes beside its bytes: the buffer, and what points into it. */
  private static final int BESIDES = 256;

  private static final Context.Key<Inbound> INBOUND = Context.key("inbound");

  private final ScheduledExecutorService timer;
  private final Set<Inbound> arriving = ConcurrentHashMap.newKeySet();
  private final Set<Call<?, ?>> open = ConcurrentHashMap.newKeySet();
  private final IngressBudget budget = new IngressBudget(this::endLargest);

  public Calls(ScheduledExecutorService timer) {
    this.timer = timer;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    String timeout = headers.get(TIMEOUT);
    headers.discardAll(TIMEOUT);
    Inbound inbound =
        new Inbound(timeout == null ? null : GrpcTimeout.nanos(timeout), budget.new Share());
    arriving.add(inbound);
    return inbound;
  }

  /** What the current call's requests hold. */
  static IngressBudget.Share share() {
    return INBOUND.get().share;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> serverCall, Metadata headers, ServerCallHandler<Q, R> next) {
    Inbound inbound = INBOUND.get();
    Call<Q, R> call = new Call<>(serverCall, inbound.share);
    open.add(call);
    inbound.begins(call);
    Long nanos = inbound.timeoutNanos;
    try {
      call.timeout =
          nanos == null ? null : timer.schedule(call::timedOut, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException _) {
      call.end(Status.UNAVAILABLE.withDescription("Server is shutting down"));
    }
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onMessage(@Nullable Q message) {
        if (message == null) {
          call.end(Status.UNKNOWN.withDescription("The message can't be parsed"));
        } else if (!call.ended) {
          super.onMessage(message);
          inbound.messageHandled();
        }
      }

      /** Of a call that has ended nothing more may come to its handler: it would be done. */
      @Override
      public void onHalfClose() {
        if (!call.ended) {
          super.onHalfClose();
        }
      }

      @Override
      public void onComplete() {
        call.release();
        if (call.ended) {
          super.onCancel();
        } else {
          super.onComplete();
        }
      }

      @Override
      public void onCancel() {
        call.release();
        super.onCancel();
      }
    };
  }

  /**
   * Ends calls that would go on for ever, those that stream answers; with {@code all} the others
   * too.
   */
  public void endAll(boolean all) {
    for (Call<?, ?> call : open) {
      if (all || !call.getMethodDescriptor().getType().serverSendsOneMessage()) {
        call.end(Status.UNAVAILABLE.withDescription("Server is shutting down"));
      }
    }
  }

  /**
   * Calls count from their first byte on, also those that are not begun yet: else one that is small
   * would pay for what has only just arrived.
   */
  private synchronized void endLargest() {
    if (budget.isExceeded()) {
      arriving.stream()
          .max(Comparator.comparingLong(inbound -> inbound.share.held()))
          .ifPresent(Inbound::refuse);
    }
  }

  /**
   * What arrives of a call, byte by byte. A single request is held until the call is over, as large
   * as it is once decompressed; one that others may follow, until it is handled: then it is for the
   * call's handler to say what it keeps.
   */
  private final class Inbound extends ServerStreamTracer {
    private final @Nullable Long timeoutNanos;
    private final IngressBudget.Share share;
    private final Queue<Long> unhandled = new ConcurrentLinkedQueue<>();
    private boolean single;
    private long incomplete;
    private @Nullable Call<?, ?> call;
    private boolean refused;

    private Inbound(@Nullable Long timeoutNanos, IngressBudget.Share share) {
      this.timeoutNanos = timeoutNanos;
      this.share = share;
    }

    @Override
    public Context filterContext(Context context) {
      return context.withValue(INBOUND, this);
    }

    @Override
    public void serverCallStarted(ServerCallInfo<?, ?> call) {
      single = call.getMethodDescriptor().getType().clientSendsOneMessage();
    }

    /** Comes for each piece of a message. */
    @Override
    public void inboundWireSize(long bytes) {
      incomplete += BESIDES + bytes;
      share.take(BESIDES + bytes);
    }

    @Override
    public void inboundMessageRead(int number, long wireSize, long size) {
      if (single) {
        share.giveBack(incomplete);
      } else {
        unhandled.add(incomplete);
      }
      incomplete = 0;
    }

    /** Comes behind the above: at once, or of a compressed message as it is read, bit by bit. */
    @Override
    public void inboundUncompressedSize(long bytes) {
      if (single) {
        share.take(bytes);
      }
    }

    private void messageHandled() {
      if (!single) {
        share.giveBack(unhandled.remove());
      }
    }

    @Override
    public void streamClosed(Status status) {
      arriving.remove(this);
      share.end();
    }

    /** Its call ends: at once, or as soon as it begins. */
    private void refuse() {
      share.end();
      @Nullable Call<?, ?> begun;
      synchronized (this) {
        refused = true;
        begun = call;
      }
      if (begun != null) {
        begun.end(TOO_MUCH);
      }
    }

    private void begins(Call<?, ?> begun) {
      boolean over;
      synchronized (this) {
        call = begun;
        over = refused;
      }
      if (over) {
        begun.end(TOO_MUCH);
      }
    }
  }

  private final class Call<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final IngressBudget.Share share;
    private @Nullable Future<?> timeout;
    private boolean closed;
    private volatile boolean ended;

    private Call(ServerCall<Q, R> call, IngressBudget.Share share) {
      super(call);
      this.share = share;
    }

    private void timedOut() {
      end(Status.DEADLINE_EXCEEDED.withDescription("The call's time is over"));
    }

    /** Ends the call over its handler's head, which is told as if the client had cancelled. */
    private synchronized void end(Status status) {
      if (!closed) {
        ended = true;
        share.end();
        close(status, new Metadata());
      }
    }

    private void release() {
      open.remove(this);
      if (timeout != null) {
        timeout.cancel(false);
      }
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
      if (!closed) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public synchronized void sendMessage(R message) {
      if (!closed) {
        super.sendMessage(message);
      }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
      if (!closed) {
        closed = true;
        super.close(status, trailers);
      }
    }

    @Override
    public synchronized boolean isReady() {
      return !closed && super.isReady();
    }
  }
}
