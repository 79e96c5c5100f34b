package dev.foldline.quarkus.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Conflict;
import dev.foldline.core.Failure;
import dev.foldline.core.Invalid;
import dev.foldline.core.KeyReused;
import dev.foldline.core.NotFound;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.PreconditionFailed;
import dev.foldline.core.Refused;
import dev.foldline.core.Truncated;
import dev.foldline.core.Unavailable;
import dev.foldline.core.UnknownEvent;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.handler.HttpException;
import org.jspecify.annotations.Nullable;

/**
 * How a function ended that did not end well, as HTTP says it: the one place where failures become
 * statuses.
 *
 * @param label one word for metrics
 * @param retry whether the caller may hope for better in a moment
 */
record Outcome(int status, String label, boolean retry, Problem problem) {

  static final String DONE = "done";

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
      @Nullable String traceId) {}

  /**
   * @param traceId by which the log will tell more of a bug
   */
  static Outcome of(Throwable failure, String traceId) {
    return switch (failure) {
      case Failure known -> of(known, traceId);
      case HttpException http -> ofStatus(http.getStatusCode(), traceId);
      case UnauthorizedException _ -> ofStatus(401, traceId);
      case ForbiddenException _ -> ofStatus(403, traceId);
      default -> ofStatus(500, traceId);
    };
  }

  private static Outcome of(Failure failure, String traceId) {
    return switch (failure) {
      case Invalid invalid -> {
        String field = invalid.field().isEmpty() ? null : invalid.field();
        yield outcome(400, "invalid", "Invalid request", failure, null, field);
      }
      case NotFound _ -> outcome(404, "not-found", "Not found", failure, null, null);
      case Conflict conflict ->
          outcome(409, "conflict", "Conflict", failure, conflict.stream(), null);
      case PreconditionFailed failed ->
          outcome(
              412, "precondition-failed", "Precondition failed", failure, failed.stream(), null);
      case KeyReused _ -> outcome(422, "key-reused", "Idempotency key reused", failure, null, null);
      case Refused _ -> outcome(422, "refused", "Refused", failure, null, null);
      case Truncated truncated ->
          outcome(500, "truncated", "Stream truncated", failure, truncated.stream(), null);
      case UnknownEvent _ ->
          logged(
              "unknown-event",
              "Stored event can't be read",
              "unknown-event",
              "a stored event can't be read",
              traceId);
      case OutcomeUnknown unknown ->
          outcome(503, "outcome-unknown", "Outcome unknown", failure, unknown.stream(), null);
      case Unavailable _ -> outcome(503, "unavailable", "Unavailable", failure, null, null);
    };
  }

  /** What the server itself refuses, before or outside a function. */
  static Outcome ofStatus(int status, String traceId) {
    return switch (status) {
      case 400 ->
          outcome(
              400, "invalid", "Invalid request", "malformed-request", "the request is malformed");
      case 401 -> outcome(401, "forbidden", "Unauthorized", "unauthorized", "who are you?");
      case 403 -> outcome(403, "forbidden", "Forbidden", "forbidden", "this is not for you");
      case 404 ->
          outcome(404, "not-found", "Not found", "no-such-function", "there is no function here");
      case 405 ->
          outcome(
              405,
              "invalid",
              "Method not allowed",
              "method-not-allowed",
              "the Allow header says which methods are");
      case 413 ->
          outcome(
              413,
              "invalid",
              "Body too large",
              "body-too-large",
              "the body is larger than this server takes");
      default ->
          logged("error", "Internal error", "internal-error", "something went wrong", traceId);
    };
  }

  /** What callers are not told, as it may hold what others stored. */
  private static Outcome logged(
      String label, String title, String code, String detail, String traceId) {
    String where = detail + "; the log tells more under the trace id";
    Problem problem = new Problem(type(code), title, 500, where, code, null, null, traceId);
    return new Outcome(500, label, false, problem);
  }

  private static Outcome outcome(
      int status, String label, String title, String code, String detail) {
    Problem problem = new Problem(type(code), title, status, detail, code, null, null, null);
    return new Outcome(status, label, false, problem);
  }

  private static Outcome outcome(
      int status,
      String label,
      String title,
      Failure failure,
      @Nullable String stream,
      @Nullable String field) {
    String code = failure.code();
    Problem problem =
        new Problem(type(code), title, status, failure.detail(), code, stream, field, null);
    return new Outcome(status, label, status == 409 || status == 503, problem);
  }

  /** Answers with the problem, if there is still someone to answer to. */
  void send(HttpServerResponse response, ObjectMapper json) {
    if (response.ended() || response.closed()) {
      return;
    }
    if (retry) {
      response.putHeader(HttpHeaders.RETRY_AFTER, "1");
    }
    try {
      response
          .setStatusCode(status)
          .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
          .end(Buffer.buffer(json.writeValueAsBytes(problem)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String type(String code) {
    return "urn:foldline:problem:" + code;
  }
}
