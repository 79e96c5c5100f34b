package dev.foldline.embedded.persistent;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Remembers what a client calls its connection, for the information about a group's consumers. */
final class ConnectionName implements ServerInterceptor {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("connection-name", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<String> NAME =
      Context.keyWithDefault("connection-name", "<unknown>");

  static String current() {
    return NAME.get();
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    var name = headers.get(HEADER);
    return name == null
        ? next.startCall(call, headers)
        : Contexts.interceptCall(Context.current().withValue(NAME, name), call, headers, next);
  }
}
