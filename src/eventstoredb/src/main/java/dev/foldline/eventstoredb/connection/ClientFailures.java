package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.ConnectionShutdownException;
import com.eventstore.dbclient.NotLeaderException;
import com.eventstore.dbclient.StreamDeletedException;
import com.eventstore.dbclient.WrongExpectedVersionException;
import dev.foldline.core.Away;
import dev.foldline.core.NotFound;
import dev.foldline.core.TooLarge;
import dev.foldline.core.Unavailable;
import dev.foldline.core.WrongRevision;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What a failure of the official client means. */
final class ClientFailures {

  private static final Metadata.Key<String> EXCEPTION =
      Metadata.Key.of("exception", Metadata.ASCII_STRING_MARSHALLER);

  private ClientFailures() {}

  /** What it is to those who asked. */
  static Throwable meaning(Throwable failure, String stream) {
    return switch (failure) {
      case StatusRuntimeException e when isDenied(e) -> new DeniedStream();
      case StatusRuntimeException e when e.getStatus().getCode() == Status.Code.UNAUTHENTICATED ->
          notLetIn();
      case StatusRuntimeException e when isTooLarge(e) -> new TooLarge(stream);
      case WrongExpectedVersionException _ -> new WrongRevision(stream);
      case StreamDeletedException _ -> new NotFound(stream + " was deleted for good");
      case StatusRuntimeException e when wasDeleted(e) ->
          new NotFound(stream + " was deleted for good");
      case NotLeaderException _ -> new Away("the event store has no leader that can be reached");
      case TimeoutException _, io.smallrye.mutiny.TimeoutException _ ->
          new Away("the event store did not answer in time");
      case Throwable e when isUnreachable(e) -> new Away("the event store is away");
      default ->
          neverLeft(failure) || mayHaveArrived(failure)
              ? new Unavailable("the event store is away", failure)
              : failure;
    };
  }

  static Unavailable notLetIn() {
    return new Unavailable("the event store does not let this application in");
  }

  /** A server that can't put a stream's name into its answer does not say that it was deleted. */
  static boolean isUnspeakable(Throwable failure, String stream) {
    return failure instanceof StatusRuntimeException e
        && e.getStatus().getCode() == Status.Code.UNKNOWN
        && !stream.chars().allMatch(c -> c >= ' ' && c <= '~');
  }

  /** What went wrong, without what only carries it. */
  static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? unwrapped(failure.getCause())
        : failure;
  }

  /** It was not answered in time. */
  static boolean isTooSlow(Throwable failure) {
    return failure instanceof TimeoutException
        || failure instanceof io.smallrye.mutiny.TimeoutException
        || codeOf(failure) == Status.Code.DEADLINE_EXCEEDED;
  }

  /** Nobody there took the call. */
  static boolean isUnreachable(Throwable failure) {
    return neverLeft(failure) || codeOf(failure) == Status.Code.UNAVAILABLE;
  }

  private static Status.@Nullable Code codeOf(Throwable failure) {
    return failure instanceof StatusRuntimeException e ? e.getStatus().getCode() : null;
  }

  /** Whether the store has surely not seen the call. */
  static boolean neverLeft(Throwable failure) {
    return failure instanceof ConnectionShutdownException || failure instanceof NotLeaderException;
  }

  /** Whether the store may have done what the call asked, or may still do it. */
  static boolean mayHaveArrived(Throwable failure) {
    return switch (failure) {
      case TimeoutException _, io.smallrye.mutiny.TimeoutException _ -> true;
      case StatusRuntimeException e -> leavesOpen(e.getStatus().getCode());
      default -> false;
    };
  }

  private static boolean leavesOpen(Status.Code code) {
    return switch (code) {
      case UNAVAILABLE,
          DEADLINE_EXCEEDED,
          ABORTED,
          CANCELLED,
          RESOURCE_EXHAUSTED,
          INTERNAL,
          UNKNOWN,
          DATA_LOSS ->
          true;
      case OK,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          OUT_OF_RANGE,
          UNIMPLEMENTED,
          UNAUTHENTICATED ->
          false;
    };
  }

  /** The caller may not do this. */
  static boolean isDenied(Throwable failure) {
    return failure instanceof StatusRuntimeException e
        && e.getStatus().getCode() == Status.Code.PERMISSION_DENIED;
  }

  /** An event, or all of them, are more than the server takes. */
  static boolean isTooLarge(StatusRuntimeException e) {
    @Nullable Metadata trailers = e.getTrailers();
    @Nullable String exception = trailers == null ? null : trailers.get(EXCEPTION);
    return "maximum-append-size-exceeded".equals(exception)
        || "maximum-append-event-size-exceeded".equals(exception);
  }

  /** The stream was deleted for good. */
  static boolean wasDeleted(StatusRuntimeException e) {
    return e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION;
  }
}
