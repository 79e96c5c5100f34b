package dev.foldline.embedded.grpc;

import dev.foldline.embedded.log.StorageException;
import dev.foldline.embedded.log.StreamNames;
import dev.foldline.embedded.security.AccessDeniedException;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;

/**
 * Every error that a call can end with, and the trailers by which clients tell them apart (contract
 * 1.7).
 */
public final class Errors {
  private Errors() {}

  public static StatusRuntimeException wrongExpectedVersion(
      String stream, long expected, long actual) {
    return error(Status.FAILED_PRECONDITION, "wrong-expected-version")
        .describe(
            "Append failed due to WrongExpectedVersion. Stream: %s, Expected version: %d, Actual version: %d"
                .formatted(stream, expected, actual))
        .with("stream-name", stream)
        .with("expected-version", Long.toString(expected))
        .with("actual-version", Long.toString(actual))
        .build();
  }

  public static StatusRuntimeException streamDeleted(String stream) {
    return error(Status.FAILED_PRECONDITION, "stream-deleted")
        .describe("Event stream '%s' is deleted.".formatted(stream))
        .with("stream-name", stream)
        .build();
  }

  public static StatusRuntimeException streamNotFound(String stream) {
    return error(Status.NOT_FOUND, "stream-not-found")
        .describe("Event stream '%s' was not found.".formatted(stream))
        .with("stream-name", stream)
        .build();
  }

  public static StatusRuntimeException accessDenied() {
    return error(Status.PERMISSION_DENIED, "access-denied").describe("Access Denied").build();
  }

  public static StatusRuntimeException maximumAppendSizeExceeded(int maximum) {
    return error(Status.INVALID_ARGUMENT, "maximum-append-size-exceeded")
        .describe("Maximum Append Size of %d Exceeded.".formatted(maximum))
        .with("maximum-append-size", Integer.toString(maximum))
        .build();
  }

  public static StatusRuntimeException maximumAppendEventSizeExceeded(
      UUID event, int size, int maximum) {
    return error(Status.INVALID_ARGUMENT, "maximum-append-event-size-exceeded")
        .describe(
            "Event with Id: %s, Size: %d, exceeds Maximum Append Event Size of %d."
                .formatted(event, size, maximum))
        .with("event-id", event.toString())
        .with("proposed-append-event-size", Integer.toString(size))
        .with("maximum-append-event-size", Integer.toString(maximum))
        .build();
  }

  public static StatusRuntimeException missingRequiredMetadata() {
    return error(Status.INVALID_ARGUMENT, "missing-required-metadata-property")
        .describe("Required Metadata Property is missing: type, content-type")
        .with("required-metadata-properties", "type,content-type")
        .build();
  }

  public static StatusRuntimeException persistentSubscriptionFailed(
      String stream, String group, String reason) {
    return error(Status.INTERNAL, "persistent-subscription-failed")
        .describe("Subscription group %s on stream %s failed: %s".formatted(group, stream, reason))
        .with("stream-name", stream)
        .with("group-name", group)
        .with("reason", reason)
        .build();
  }

  public static StatusRuntimeException persistentSubscriptionDoesNotExist(
      String stream, String group) {
    return error(Status.NOT_FOUND, "persistent-subscription-does-not-exist")
        .describe("Subscription group %s on stream %s does not exist.".formatted(group, stream))
        .with("stream-name", stream)
        .with("group-name", group)
        .build();
  }

  public static StatusRuntimeException persistentSubscriptionExists(String stream, String group) {
    return error(Status.ALREADY_EXISTS, "persistent-subscription-exists")
        .describe("Subscription group %s on stream %s exists.".formatted(group, stream))
        .with("stream-name", stream)
        .with("group-name", group)
        .build();
  }

  public static StatusRuntimeException maximumSubscribersReached(String stream, String group) {
    return error(Status.FAILED_PRECONDITION, "maximum-subscribers-reached")
        .describe(
            "Maximum subscriptions reached for subscription group %s on stream %s."
                .formatted(group, stream))
        .with("stream-name", stream)
        .with("group-name", group)
        .build();
  }

  public static StatusRuntimeException persistentSubscriptionDropped(String stream, String group) {
    return error(Status.CANCELLED, "persistent-subscription-dropped")
        .describe("Subscription group %s on stream %s was dropped.".formatted(group, stream))
        .with("stream-name", stream)
        .with("group-name", group)
        .build();
  }

  public static StatusRuntimeException invalidArgument(String why) {
    return Status.INVALID_ARGUMENT.withDescription(why).asRuntimeException();
  }

  /** What a real server did not foresee, such as a missing part of a request. */
  public static StatusRuntimeException unknown(String why) {
    return Status.UNKNOWN.withDescription(why).asRuntimeException();
  }

  public static StatusRuntimeException unauthenticated() {
    return Status.UNAUTHENTICATED
        .withDescription("Wrong user name or password")
        .asRuntimeException();
  }

  public static StatusRuntimeException timedOut() {
    return Status.ABORTED.withDescription("Operation timed out").asRuntimeException();
  }

  public static StatusRuntimeException unavailable() {
    return Status.UNAVAILABLE
        .withDescription("Server is overloaded or shutting down")
        .asRuntimeException();
  }

  /** The error that a caller is told when the server itself failed. */
  public static StatusRuntimeException of(Throwable failure) {
    return switch (failure) {
      case StatusRuntimeException status -> status;
      case CompletionException wrapper when wrapper.getCause() != null -> of(wrapper.getCause());
      case AccessDeniedException _ -> accessDenied();
      case RejectedExecutionException _ -> unavailable();
      case StorageException storage ->
          Status.UNKNOWN
              .withDescription(storage.getMessage())
              .withCause(storage)
              .asRuntimeException();
      default ->
          Status.UNKNOWN
              .withDescription("Unexpected failure")
              .withCause(failure)
              .asRuntimeException();
    };
  }

  /** The discriminator of an error; empty if it has none. */
  static String exception(StatusRuntimeException error) {
    return trailer(error, "exception");
  }

  static int maximumAppendSize(StatusRuntimeException error) {
    return Integer.parseInt(trailer(error, "maximum-append-size"));
  }

  private static String trailer(StatusRuntimeException error, String key) {
    Metadata trailers = error.getTrailers();
    String value =
        trailers == null
            ? null
            : trailers.get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER));
    return value == null ? "" : value;
  }

  private static Builder error(Status status, String exception) {
    return new Builder(status).with("exception", exception);
  }

  private static final class Builder {
    private final Metadata trailers = new Metadata();
    private Status status;

    private Builder(Status status) {
      this.status = status;
    }

    private Builder describe(String description) {
      status = status.withDescription(description);
      return this;
    }

    private Builder with(String key, String value) {
      if (!value.isEmpty()) {
        trailers.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), printable(value));
      }
      return this;
    }

    private StatusRuntimeException build() {
      return status.asRuntimeException(trailers);
    }
  }

  /** HTTP headers hold printable ASCII; what else a value holds goes percent-encoded. */
  private static String printable(String value) {
    if (value.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      return value;
    }
    var encoded = new StringBuilder();
    for (byte b : StreamNames.encode(value)) {
      if (b >= ' ' && b <= '~' && b != '%') {
        encoded.append((char) b);
      } else {
        encoded.append("%%%02X".formatted(b & 0xFF));
      }
    }
    return encoded.toString();
  }
}
