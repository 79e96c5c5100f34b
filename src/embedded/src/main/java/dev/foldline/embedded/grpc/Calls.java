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
  private static final Context.Key<Inbound> INBOUND = Context.key("inbound");

  private final ScheduledExecutorService timer;
  private final Set<Call<?, ?>> open = ConcurrentHashMap.newKeySet();
  private final IngressBudget budget = new IngressBudget(this::endLargest);

  public Calls(ScheduledExecutorService timer) {
    this.timer = timer;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    String timeout = headers.get(TIMEOUT);
    headers.discardAll(TIMEOUT);
    return new Inbound(timeout == null ? null : nanos(timeout), budget.new Share());
  }

  /** What the current call's requests hold. */
  static IngressBudget.Share share() {
    return INBOUND.get().share;
  }

  /**
   * A timeout as HTTP/2 carries it: up to eight digits and a unit; one that can't be read is none.
   */
  private static @Nullable Long nanos(String timeout) {
    if (!timeout.matches("[0-9]{1,8}[HMSmun]")) {
      return null;
    }
    long amount = Long.parseLong(timeout, 0, timeout.length() - 1, 10);
    return switch (timeout.charAt(timeout.length() - 1)) {
      case 'H' -> TimeUnit.HOURS.toNanos(amount);
      case 'M' -> TimeUnit.MINUTES.toNanos(amount);
      case 'S' -> TimeUnit.SECONDS.toNanos(amount);
      case 'm' -> TimeUnit.MILLISECONDS.toNanos(amount);
      case 'u' -> TimeUnit.MICROSECONDS.toNanos(amount);
      default -> amount;
    };
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> serverCall, Metadata headers, ServerCallHandler<Q, R> next) {
    Inbound inbound = INBOUND.get();
    Call<Q, R> call = new Call<>(serverCall, inbound.share);
    open.add(call);
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

  private void endLargest() {
    open.stream()
        .max(Comparator.comparingLong(call -> call.share.held()))
        .ifPresent(
            call ->
                call.end(Status.UNAVAILABLE.withDescription("Too many requests are under way")));
  }

  /**
   * What arrives of a call, byte by byte. A single request is held until the call is over, as large
   * as it is once decompressed; one that others may follow, until it is handled: then it is for the
   * call's handler to say what it keeps.
   */
  private static final class Inbound extends ServerStreamTracer {
    private final @Nullable Long timeoutNanos;
    private final IngressBudget.Share share;
    private final Queue<Long> unhandled = new ConcurrentLinkedQueue<>();
    private boolean single;
    private long arriving;

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

    @Override
    public void inboundWireSize(long bytes) {
      arriving += bytes;
      share.take(bytes);
    }

    @Override
    public void inboundMessageRead(int number, long wireSize, long size) {
      if (single) {
        share.giveBack(arriving);
      } else {
        unhandled.add(arriving);
      }
      arriving = 0;
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
      share.end();
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
