package dev.foldline.eventstoredb.connection;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/** A call with one answer, which has the same effect if it is made twice. */
final class UnaryRequest<Q, A> extends Request<A> {

  private final LoopClient client;
  private final MethodDescriptor<Q, A> method;
  private final Q question;

  UnaryRequest(LoopClient client, MethodDescriptor<Q, A> method, Q question) {
    super(0);
    this.client = client;
    this.method = method;
    this.question = question;
  }

  @Override
  void send(NodeConnection connection) {
    ClientCall<Q, A> made = connection.channel().newCall(method, CallOptions.DEFAULT);
    goesBy(made);
    Unary.call(
        made,
        question,
        new Unary.Answer<>() {
          @Override
          public void answered(A given) {
            if (client.answered(id()) != null) {
              answer().complete(given);
            }
          }

          @Override
          public void ended(Status status, Metadata trailers) {
            client.unanswered(UnaryRequest.this, connection, status, trailers);
          }
        });
  }
}
