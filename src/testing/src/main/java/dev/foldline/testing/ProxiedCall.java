package dev.foldline.testing;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** What comes back of one call through a {@link StoreProxy}. */
final class ProxiedCall extends ClientCall.Listener<byte[]> {

  private static final Metadata.Key<String> STREAM =
      Metadata.Key.of("stream-name", Metadata.ASCII_STRING_MARSHALLER);

  private final ServerCall<byte[], byte[]> back;
  private final ClientCall<byte[], byte[]> onwards;
  private final BooleanSupplier unanswered;
  private final Consumer<ProxiedCall> over;
  private volatile boolean silent;
  private boolean ended;

  /**
   * @param unanswered whether answers are lost now
   * @param over is told when nothing more can be done to the call
   */
  ProxiedCall(
      ServerCall<byte[], byte[]> back,
      ClientCall<byte[], byte[]> onwards,
      BooleanSupplier unanswered,
      Consumer<ProxiedCall> over) {
    this.back = back;
    this.onwards = onwards;
    this.unanswered = unanswered;
    this.over = over;
  }

  /** Passes no message on from now on. */
  void fallSilent() {
    silent = true;
  }

  synchronized void end(Status status) {
    ended = true;
    over.accept(this);
    back.close(status, new Metadata());
    onwards.cancel("ended by the proxy", null);
  }

  @Override
  public synchronized void onHeaders(Metadata headers) {
    if (!ended) {
      back.sendHeaders(headers);
    }
  }

  @Override
  public synchronized void onMessage(byte[] message) {
    if (!ended && !silent && !unanswered.getAsBoolean()) {
      back.sendMessage(message);
    }
  }

  @Override
  public synchronized void onClose(Status status, Metadata trailers) {
    over.accept(this);
    if (!ended && !back.isCancelled() && !unanswered.getAsBoolean()) {
      boolean unspeakable = String.valueOf(trailers.get(STREAM)).contains("%");
      back.close(unspeakable ? Status.UNKNOWN : status, unspeakable ? new Metadata() : trailers);
    }
  }
}
