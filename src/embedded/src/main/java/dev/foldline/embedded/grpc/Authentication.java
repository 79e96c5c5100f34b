package dev.foldline.embedded.grpc;

import dev.foldline.embedded.security.Caller;
import dev.foldline.embedded.security.Users;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who calls a secure server: a user by Basic credentials, or no one. Wrong credentials
 * end any call.
 */
public final class Authentication implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String BASIC = "Basic ";

  private final Users users;

  public Authentication(Users users) {
    this.users = users;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    try {
      Caller caller = caller(headers.get(AUTHORIZATION));
      return Contexts.interceptCall(caller.in(Context.current()), call, headers, next);
    } catch (StatusRuntimeException e) {
      call.close(e.getStatus(), new Metadata());
      return new ServerCall.Listener<>() {};
    }
  }

  private Caller caller(@Nullable String authorization) {
    if (authorization == null || !authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      return Caller.ANONYMOUS;
    }
    String credentials = decode(authorization.substring(BASIC.length()).strip());
    int colon = credentials.indexOf(':');
    if (colon < 0) {
      throw Errors.unknown("The credentials have no colon");
    }
    Caller caller = users.login(credentials.substring(0, colon), credentials.substring(colon + 1));
    if (caller == null) {
      throw Errors.unauthenticated();
    }
    return caller;
  }

  private static String decode(String base64) {
    try {
      return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      throw Errors.unknown("The credentials are not Base64");
    }
  }
}
