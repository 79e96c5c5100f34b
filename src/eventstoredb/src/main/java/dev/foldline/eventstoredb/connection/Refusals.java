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
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps why the store could not be reached last, such as a connection that was refused or a
 * certificate that is not trusted: the client tells that to its own log only. Safe for use by many
 * threads.
 */
final class Refusals implements ClientInterceptor {

  private volatile @Nullable String last;

  Optional<String> last() {
    return Optional.ofNullable(last);
  }

  private void ended(Status status) {
    if (status.getCode() == Status.Code.UNAVAILABLE) {
      last = describe(status);
    }
  }

  private static String describe(Status status) {
    @Nullable Throwable cause = status.getCause();
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause == null
        ? String.valueOf(status.getDescription())
        : String.valueOf(cause.getMessage());
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel channel) {
    return new SimpleForwardingClientCall<>(channel.newCall(method, options)) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<A>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                ended(status);
                super.onClose(status, trailers);
              }
            },
            headers);
      }
    };
  }
}
