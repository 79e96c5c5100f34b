package dev.foldline.eventstoredb.subscriptions;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.smallrye.mutiny.subscription.UniEmitter;

/**
 * The call of a source. Its end is told once: until it is confirmed to whoever opens it, then to
 * its sink, and to nobody where it was closed. Safe for use by many threads.
 */
abstract class OpenCall<Q, A> extends ClientCall.Listener<A> implements Source.Session {

  private final ClientCall<Q, A> call;
  private final UniEmitter<? super Source.Session> opened;
  private final Source.Sink sink;
  private volatile boolean confirmed;
  private boolean ended;

  /**
   * @param opened waits for its confirmation
   */
  OpenCall(ClientCall<Q, A> call, UniEmitter<? super Source.Session> opened, Source.Sink sink) {
    this.call = call;
    this.opened = opened;
    this.sink = sink;
  }

  final ClientCall<Q, A> call() {
    return call;
  }

  final Source.Sink sink() {
    return sink;
  }

  /**
   * Begins it; it ends if nobody waits for its confirmation any more.
   *
   * @param messages how many are asked for at first
   */
  final void start(Q request, int messages) {
    opened.onTermination(this::abandon);
    call.start(this, new Metadata());
    call.request(messages);
    call.sendMessage(request);
  }

  private void abandon() {
    if (!confirmed) {
      end();
    }
  }

  final void confirm() {
    confirmed = true;
    opened.complete(this);
  }

  final synchronized boolean isEnded() {
    return ended;
  }

  /** Ends it; whether it had not ended before. */
  synchronized boolean end() {
    boolean first = !ended;
    ended = true;
    call.cancel("closed", null);
    return first;
  }

  @Override
  public final void onClose(Status status, Metadata trailers) {
    boolean unexpected = end();
    Throwable cause =
        (status.isOk() ? Status.UNAVAILABLE.withDescription("the store ended it") : status)
            .asRuntimeException(trailers);
    if (!confirmed) {
      opened.fail(cause);
    } else if (unexpected) {
      sink.ended(cause);
    }
  }
}
