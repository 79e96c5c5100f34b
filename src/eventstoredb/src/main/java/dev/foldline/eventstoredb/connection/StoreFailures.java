package dev.foldline.eventstoredb.connection;

import dev.foldline.core.Away;
import dev.foldline.core.NotFound;
import dev.foldline.core.TooLarge;
import dev.foldline.core.Unavailable;
import dev.foldline.core.WrongRevision;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What a failure of the store, or of the way to it, means. */
final class StoreFailures {

  private StoreFailures() {}

  /** What it is to those who asked. */
  static Throwable meaning(Throwable failure, String stream) {
    return switch (failure) {
      case StatusRuntimeException e -> meaning(e, stream);
      case TimeoutException _ -> new Away("the event store did not answer in time");
      case NotSent _ -> new Away("the event store is away");
      default -> failure;
    };
  }

  private static Throwable meaning(StatusRuntimeException failure, String stream) {
    return switch (Ends.exception(failure.getTrailers())) {
      case "wrong-expected-version" -> new WrongRevision(stream);
      case "stream-deleted" -> new NotFound(stream + " was deleted for good");
      case "maximum-append-size-exceeded", "maximum-append-event-size-exceeded" ->
          new TooLarge(stream);
      case Ends.NOT_LEADER -> new Away("the event store has no leader that can be reached");
      default -> meaning(failure, failure.getStatus().getCode(), stream);
    };
  }

  private static Throwable meaning(
      StatusRuntimeException failure, Status.Code code, String stream) {
    return switch (code) {
      case PERMISSION_DENIED -> new DeniedStream();
      case UNAUTHENTICATED -> notLetIn();
      case FAILED_PRECONDITION -> new NotFound(stream + " was deleted for good");
      case UNAVAILABLE -> new Away("the event store is away");
      default ->
          Ends.leavesOpen(code) ? new Unavailable("the event store is away", failure) : failure;
    };
  }

  static Unavailable notLetIn() {
    return new Unavailable("the event store does not let this application in");
  }

  /** A server that can't put a stream's name into its answer does not say that it was deleted. */
  static boolean isUnspeakable(Throwable failure, String stream) {
    return codeOf(failure) == Status.Code.UNKNOWN
        && !stream.chars().allMatch(c -> c >= ' ' && c <= '~');
  }

  /** It was not answered in time. */
  static boolean isTooSlow(Throwable failure) {
    return failure instanceof TimeoutException
        || failure instanceof io.smallrye.mutiny.TimeoutException
        || codeOf(failure) == Status.Code.DEADLINE_EXCEEDED;
  }

  /** Nobody there took the call. */
  static boolean isUnreachable(Throwable failure) {
    return failure instanceof NotSent || codeOf(failure) == Status.Code.UNAVAILABLE;
  }

  private static Status.@Nullable Code codeOf(Throwable failure) {
    return failure instanceof StatusRuntimeException e ? e.getStatus().getCode() : null;
  }

  /** The caller may not do this. */
  static boolean isDenied(Throwable failure) {
    return codeOf(failure) == Status.Code.PERMISSION_DENIED;
  }
}
