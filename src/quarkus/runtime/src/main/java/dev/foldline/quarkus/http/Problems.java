package dev.foldline.quarkus.http;

import dev.foldline.core.Away;
import dev.foldline.core.OutcomeUnknown;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticator;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.OptionalLong;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Answers what did not end well, and tells the log what callers are not told, under the trace id
 * that they are told.
 */
final class Problems {

  private static final Logger LOG = Logger.getLogger(Problems.class);

  /**
   * What fails one call for a while fails many; of neighbours that are away the log tells itself.
   */
  private static final Seldom UNAVAILABLE = new Seldom(Duration.ofSeconds(30), System::nanoTime);

  private Problems() {}

  /**
   * What becomes of a call that failed.
   *
   * @param call as the log names it
   */
  static Outcome of(String call, Throwable failure, String traceId) {
    Outcome outcome = Outcome.of(failure, traceId);
    if (outcome.status() == 503) {
      OptionalLong others = isToldOf(failure) ? OptionalLong.empty() : UNAVAILABLE.pass();
      LOG.logf(
          others.isPresent() ? Logger.Level.WARN : Logger.Level.DEBUG,
          "%s was answered 503, trace id %s: %s%s",
          call,
          traceId,
          withCauses(failure),
          others.orElse(0) > 0 ? "; so were " + others.getAsLong() + " calls before it" : "");
    } else if (outcome.status() >= 500) {
      LOG.errorf(failure, "%s failed, trace id %s", call, traceId);
    }
    return outcome;
  }

  /** Whether the log says by itself what it comes from: a neighbour that does not answer. */
  private static boolean isToldOf(Throwable failure) {
    return failure instanceof Away || failure instanceof OutcomeUnknown;
  }

  private static String withCauses(Throwable failure) {
    StringBuilder text = new StringBuilder(String.valueOf(failure.getMessage()));
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      text.append(": ").append(cause);
    }
    return text.toString();
  }

  /** What becomes of a request that failed on its way, such as one whose body is too large. */
  static Outcome of(HttpCall call) {
    RoutingContext request = call.request();
    @Nullable Throwable failure = request.failure();
    return failure != null && request.statusCode() >= 500
        ? of(call.name(), failure, call.traceId())
        : Outcome.ofStatus(request.statusCode(), call.traceId());
  }

  /** Answers, if there is still someone to answer to. */
  static void answer(HttpCall call, Outcome outcome) {
    challenged(call.request(), outcome).subscribe().with(told -> send(call, told));
  }

  /** The same with a challenge, where it is not known who is calling, and there is one. */
  static Uni<Outcome> challenged(RoutingContext request, Outcome outcome) {
    @Nullable HttpAuthenticator authenticator = request.get(HttpAuthenticator.class.getName());
    boolean isUnknown =
        outcome.status() == 401 || (outcome.status() == 403 && !Callers.isKnown(request));
    return authenticator == null || !isUnknown
        ? Uni.createFrom().item(outcome)
        : authenticator
            .getChallenge(request)
            .onItem()
            .ifNotNull()
            .transform(challenge -> outcome.challenged(challenge.getHeaders()))
            .onItem()
            .ifNull()
            .continueWith(outcome)
            .onFailure()
            .recoverWithItem(outcome);
  }

  private static void send(HttpCall call, Outcome outcome) {
    HttpServerResponse response = call.request().response();
    if (response.ended() || response.closed()) {
      return;
    }
    outcome.headers().forEach(response::putHeader);
    response
        .setStatusCode(outcome.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, Outcome.CONTENT_TYPE)
        .end(Buffer.buffer(outcome.body()));
  }
}
