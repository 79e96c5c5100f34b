package dev.foldline.eventstoredb.connection;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.stream.Stream;
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
    call(call, Stream.of(question), answer);
  }

  /** The same for a question in several messages. */
  static <Q, A> void call(ClientCall<Q, A> call, Stream<Q> question, Answer<A> answer) {
    call.start(new Listener<>(answer), new Metadata());
    call.request(2);
    question.forEach(call::sendMessage);
    call.halfClose();
  }

  private static final class Listener<A> extends ClientCall.Listener<A> {

    private final Answer<A> answer;
    private @Nullable A came;

    Listener(Answer<A> answer) {
      this.answer = answer;
    }

    @Override
    public void onMessage(A message) {
      came = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (!status.isOk()) {
        answer.ended(status, trailers);
      } else if (came == null) {
        answer.ended(Status.INTERNAL.withDescription("it was answered with nothing"), trailers);
      } else {
        answer.answered(came);
      }
    }
  }
}
