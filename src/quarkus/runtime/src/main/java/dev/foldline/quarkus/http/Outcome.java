package dev.foldline.quarkus.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.foldline.core.Conflict;
import dev.foldline.core.Failure;
import dev.foldline.core.Forbidden;
import dev.foldline.core.Invalid;
import dev.foldline.core.KeyReused;
import dev.foldline.core.NotFound;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.PreconditionFailed;
import dev.foldline.core.Refused;
import dev.foldline.core.StepAnswered;
import dev.foldline.core.TooLarge;
import dev.foldline.core.Truncated;
import dev.foldline.core.Unavailable;
import dev.foldline.core.UnknownEvent;
import io.quarkus.security.AuthenticationCompletionException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.ext.web.handler.HttpException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended that did not end well, as HTTP says it: the one place where failures become
 * statuses.
 *
 * @param label one word for metrics
 * @param headers of the answer, beside its Content-Type
 */
record Outcome(String label, Map<String, String> headers, Problem problem) {

  static final String DONE = "done";
  static final String CONTENT_TYPE = "application/problem+json";

  /** Half of a surrogate pair, which the request may have held, has no bytes in UTF-8. */
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final Map<String, String> RETRY = Map.of("Retry-After", "1");

  /**
   * A problem of RFC 9457.
   *
   * @param stream the stream it is about, where there is one
   * @param field the field of the request that is wrong, where there is one
   * @param traceId by which the log tells more, where it does
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Problem(
      String type,
      String title,
      int status,
      String detail,
      String code,
      @Nullable String stream,
      @Nullable String field,
      @Nullable String traceId) {

    private static Problem of(int status, String title, String code, String detail) {
      String type = "urn:foldline:problem:" + code;
      return new Problem(type, title, status, detail, code, null, null, null);
    }

    private Problem about(String stream) {
      return new Problem(type, title, status, detail, code, stream, field, traceId);
    }

    private Problem in(String field) {
      return new Problem(type, title, status, detail, code, stream, field, traceId);
    }

    private Problem loggedUnder(String traceId) {
      return new Problem(type, title, status, detail, code, stream, field, traceId);
    }
  }

  /**
   * What became of a call.
   *
   * @param traceId under which the log tells more, where the call itself was not to blame
   */
  static Outcome of(Throwable failure, String traceId) {
    return switch (failure) {
      case Failure known -> of(known, traceId);
      case HttpException http -> ofStatus(http.getStatusCode(), traceId);
      case UnauthorizedException _,
          AuthenticationFailedException _,
          AuthenticationCompletionException _ ->
          ofStatus(401, traceId);
      case ForbiddenException _ -> ofStatus(403, traceId);
      default -> ofStatus(500, traceId);
    };
  }

  private static Outcome of(Failure failure, String traceId) {
    return switch (failure) {
      case Invalid invalid -> {
        Problem problem = problem(400, "Invalid request", failure);
        yield outcome("invalid", invalid.field().isEmpty() ? problem : problem.in(invalid.field()));
      }
      case Forbidden _ -> outcome("forbidden", problem(403, "Forbidden", failure));
      case NotFound _ -> outcome("not-found", problem(404, "Not found", failure));
      case Conflict conflict ->
          new Outcome(
              "conflict", RETRY, problem(409, "Conflict", failure).about(conflict.stream()));
      case PreconditionFailed failed ->
          new Outcome(
              "precondition-failed",
              failed.revision() < 0 ? Map.of() : Map.of("ETag", "\"" + failed.revision() + "\""),
              problem(412, "Precondition failed", failure).about(failed.stream()));
      case TooLarge large ->
          outcome("invalid", problem(413, "Event too large", failure).about(large.stream()));
      case StepAnswered _ -> outcome("step-answered", problem(409, "Step answered", failure));
      case KeyReused _ -> outcome("key-reused", problem(422, "Idempotency key reused", failure));
      case Refused _ -> outcome("refused", problem(422, "Refused", failure));
      case Truncated truncated ->
          outcome(
              "truncated",
              problem(500, "Stream truncated", failure)
                  .about(truncated.stream())
                  .loggedUnder(traceId));
      case UnknownEvent _ -> // what others stored is not for callers
          outcome(
              "unknown-event",
              Problem.of(
                      500,
                      "Stored event can't be read",
                      failure.code(),
                      "a stored event can't be read; the log tells more under the trace id")
                  .loggedUnder(traceId));
      case OutcomeUnknown unknown ->
          new Outcome(
              "outcome-unknown",
              RETRY,
              problem(503, "Outcome unknown", failure)
                  .about(unknown.stream())
                  .loggedUnder(traceId));
      case Unavailable _ ->
          new Outcome(
              "unavailable", RETRY, problem(503, "Unavailable", failure).loggedUnder(traceId));
    };
  }

  /** What the server itself refuses, before or outside a function. */
  static Outcome ofStatus(int status, String traceId) {
    return switch (status) {
      case 400 -> refused(400, "Invalid request", "malformed-request", "the request is malformed");
      case 401 ->
          outcome(
              "forbidden",
              Problem.of(
                  401,
                  "Unauthorized",
                  "unauthorized",
                  "the request has no valid credentials, which this address asks for"));
      case 403 ->
          outcome(
              "forbidden",
              Problem.of(
                  403,
                  "Forbidden",
                  "forbidden",
                  "the caller is known, and does not have the right to do this"));
      case 404 ->
          outcome(
              "not-found",
              Problem.of(404, "Not found", "no-such-function", "there is no function here"));
      case 405 ->
          refused(
              405,
              "Method not allowed",
              "method-not-allowed",
              "the Allow header says which methods are");
      case 413 ->
          refused(
              413, "Body too large", "body-too-large", "the body is larger than this server takes");
      case 415 ->
          new Outcome(
              "invalid",
              Map.of("Accept", "application/json"),
              Problem.of(
                  415,
                  "Unsupported media type",
                  "unsupported-media-type",
                  "a body must be JSON in UTF-8, and its Content-Type must say so:"
                      + " application/json, or one that ends in +json"));
      case 503 ->
          new Outcome(
              "unavailable",
              RETRY,
              Problem.of(503, "Unavailable", "unavailable", "the server can't do this now")
                  .loggedUnder(traceId));
      default ->
          status >= 400 && status < 500
              ? refused(
                  status,
                  "Request refused",
                  "request-refused",
                  "this server does not take such a request")
              : outcome(
                  "error",
                  Problem.of(
                          500,
                          "Internal error",
                          "internal-error",
                          "something went wrong; the log tells more under the trace id")
                      .loggedUnder(traceId));
    };
  }

  /**
   * The same to somebody of whom it is not known who they are: a guard's no is none as long as they
   * may say it.
   *
   * @param challenge the headers that say how; not all that authenticate have any
   */
  Outcome challenged(Map<CharSequence, String> challenge) {
    Map<String, String> all = new HashMap<>(headers);
    challenge.forEach((name, value) -> all.put(name.toString(), value));
    boolean asks = all.keySet().stream().anyMatch("WWW-Authenticate"::equalsIgnoreCase);
    return asks || status() == 401
        ? new Outcome(label, Map.copyOf(all), ofStatus(401, "").problem())
        : this;
  }

  private static Problem problem(int status, String title, Failure failure) {
    return Problem.of(status, title, failure.code(), failure.detail());
  }

  private static Outcome refused(int status, String title, String code, String detail) {
    return outcome("invalid", Problem.of(status, title, code, detail));
  }

  private static Outcome outcome(String label, Problem problem) {
    return new Outcome(label, Map.of(), problem);
  }

  int status() {
    return problem.status();
  }

  /** The problem as JSON. */
  byte[] body() {
    try {
      return JSON.writeValueAsBytes(problem);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
