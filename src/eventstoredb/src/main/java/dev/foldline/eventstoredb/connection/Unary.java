package dev.foldline.eventstoredb.connection;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** A call with one question and one answer. */
final class Unary {

  private Unary() {}

  /** Hears how it ends, by one of both. */
  interface Answer<A> {

    void answered(A answer);

    void ended(Status status, Metadata trailers);
  }

  static <Q, A> void call(ClientCall<Q, A> call, Q question, Answer<A> answer) {
    call.start(
        new ClientCall.Listener<>() {

          private @Nullable A came;

          @Override
          public void onMessage(A message) {
            came = message;
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            if (status.isOk() && came != null) {
              answer.answered(came);
            } else {
              answer.ended(
                  status.isOk()
                      ? Status.INTERNAL.withDescription("it was answered with nothing")
                      : status,
                  trailers);
            }
          }
        },
        new Metadata());
    call.request(2);
    call.sendMessage(question);
    call.halfClose();
  }
}
