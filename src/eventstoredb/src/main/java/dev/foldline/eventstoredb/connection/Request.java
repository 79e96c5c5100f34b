package dev.foldline.eventstoredb.connection;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Something that is asked of the store, until it is answered or given up. Only one event loop
 * touches it, save its answer.
 */
abstract class Request<T> {

  private final CompletableFuture<T> answer = new CompletableFuture<>();
  private final long begun = System.nanoTime();
  private final int size;
  private long id;
  private @Nullable NodeConnection sentBy;
  private @Nullable ClientCall<?, ?> call;

  /**
   * @param size in bytes, of what is kept of it until it is answered
   */
  Request(int size) {
    this.size = size;
  }

  /** Completes on its event loop. */
  final CompletableFuture<T> answer() {
    return answer;
  }

  final int size() {
    return size;
  }

  final long id() {
    return id;
  }

  final void number(long number) {
    id = number;
  }

  /** For how long it has been asked, in nanoseconds. */
  final long age() {
    return System.nanoTime() - begun;
  }

  /** By which connection it is on its way; null where it waits for one. */
  final @Nullable NodeConnection sentBy() {
    return sentBy;
  }

  final void sendBy(NodeConnection connection) {
    sentBy = connection;
    send(connection);
  }

  /** It is to be sent once more. */
  final void waits() {
    sentBy = null;
  }

  abstract void send(NodeConnection connection);

  /** It has a call of its own. */
  final void goesBy(ClientCall<?, ?> ownCall) {
    call = ownCall;
  }

  /** Nobody waits for it any more. */
  void giveUp() {
    if (call != null) {
      call.cancel("it was not answered in time", null);
    }
  }

  /** Whether it may be done twice. */
  boolean isRepeatable() {
    return true;
  }

  /** What it means to whoever asked that its call ended without an answer. */
  Throwable unanswered(Status status, Metadata trailers) {
    return status.asRuntimeException(trailers);
  }
}
