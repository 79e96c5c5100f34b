package dev.foldline.testing;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One call through a proxy: what its client says goes on to the store, and what the store answers
 * comes back, until either ends it or the proxy does. Safe for use by many threads.
 */
final class ProxiedCall {

  private static final Metadata.Key<String> STREAM =
      Metadata.Key.of("stream-name", Metadata.ASCII_STRING_MARSHALLER);
  private static final int SECONDS = 10;

  private final String method;
  private final ServerCall<byte[], byte[]> back;
  private final ClientCall<byte[], byte[]> onwards;
  private final BooleanSupplier unanswered;
  private final Consumer<ProxiedCall> over;
  private final CountDownLatch doneAtStore = new CountDownLatch(1);
  private boolean silent;
  private boolean halfClosed;
  private boolean detached;
  private boolean ended;

  /**
   * @param unanswered whether answers are lost now
   * @param over is told when nothing more can be done to the call
   */
  ProxiedCall(
      ServerCall<byte[], byte[]> back,
      Channel store,
      BooleanSupplier unanswered,
      Consumer<ProxiedCall> over) {
    this.method = back.getMethodDescriptor().getFullMethodName();
    this.back = back;
    this.onwards = callOfItsOwn(store, back);
    this.unanswered = unanswered;
    this.over = over;
  }

  /** It would be cancelled together with the one that it is made for. */
  private static ClientCall<byte[], byte[]> callOfItsOwn(
      Channel store, ServerCall<byte[], byte[]> back) {
    Context before = Context.ROOT.attach();
    try {
      return store.newCall(back.getMethodDescriptor(), CallOptions.DEFAULT);
    } finally {
      Context.ROOT.detach(before);
    }
  }

  /** Begins it at the store; what is returned takes what the client says. */
  ServerCall.Listener<byte[]> start(Metadata headers) {
    onwards.start(new Answers(), headers);
    onwards.request(Integer.MAX_VALUE);
    back.request(Integer.MAX_VALUE);
    return new Requests();
  }

  /** Passes no message back from now on. */
  synchronized void fallSilent() {
    silent = true;
  }

  /** Ends it here and at the store. */
  void end(Status status) {
    end(status, new Metadata());
  }

  synchronized void end(Status status, Metadata trailers) {
    if (!ended) {
      ended = true;
      over.accept(this);
      back.close(status, trailers);
      letGo();
    }
  }

  /**
   * Passes nothing on any more, neither way, and leaves its client without an answer. When this
   * returns, what it will ever have written is written.
   */
  void detach() {
    letGo();
    try {
      if (!doneAtStore.await(SECONDS, TimeUnit.SECONDS)) {
        onwards.cancel("the store goes on and on", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Whoever cancels what was asked in full can't know whether it happens: only reads have no end.
   */
  private synchronized void letGo() {
    if (detached) {
      return;
    }
    detached = true;
    if (method.endsWith("/BatchAppend")) {
      halfClose();
    } else if (!halfClosed || method.endsWith("/Read")) {
      onwards.cancel("let go by the proxy", null);
    }
  }

  private void halfClose() {
    if (!halfClosed) {
      halfClosed = true;
      onwards.halfClose();
    }
  }

  private final class Requests extends ServerCall.Listener<byte[]> {
    @Override
    public void onMessage(byte[] message) {
      synchronized (ProxiedCall.this) {
        if (!detached) {
          onwards.sendMessage(message);
        }
      }
    }

    @Override
    public void onHalfClose() {
      synchronized (ProxiedCall.this) {
        if (!detached) {
          halfClose();
        }
      }
    }

    @Override
    public void onCancel() {
      over.accept(ProxiedCall.this);
      letGo();
    }
  }

  private final class Answers extends ClientCall.Listener<byte[]> {
    @Override
    public void onHeaders(Metadata headers) {
      synchronized (ProxiedCall.this) {
        if (!detached) {
          back.sendHeaders(headers);
        }
      }
    }

    @Override
    public void onMessage(byte[] message) {
      synchronized (ProxiedCall.this) {
        if (!detached && !silent && !unanswered.getAsBoolean()) {
          back.sendMessage(message);
        }
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      doneAtStore.countDown();
      synchronized (ProxiedCall.this) {
        if (!detached && !unanswered.getAsBoolean()) {
          boolean unspeakable = String.valueOf(trailers.get(STREAM)).contains("%");
          end(unspeakable ? Status.UNKNOWN : status, unspeakable ? new Metadata() : trailers);
        }
      }
    }
  }
}
