package dev.foldline.eventstoredb.connection;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/** Is told how each call goes, before whoever made it is. */
interface EndsOfCalls extends ClientInterceptor {

  /** A call was answered something. */
  default void received() {}

  /** Where it is told of an end, and whoever made the call after it. */
  default void execute(Runnable end) {
    end.run();
  }

  /** A call has ended. */
  void ended(Status status, Metadata trailers);

  @Override
  default <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel channel) {
    return new SimpleForwardingClientCall<>(channel.newCall(method, options)) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<A>(listener) {
              @Override
              public void onMessage(A message) {
                received();
                super.onMessage(message);
              }

              @Override
              public void onClose(Status status, Metadata trailers) {
                execute(
                    () -> {
                      ended(status, trailers);
                      super.onClose(status, trailers);
                    });
              }
            },
            headers);
      }
    };
  }
}
