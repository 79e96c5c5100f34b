package dev.foldline.eventstoredb.connection;

import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps why the store could not be reached last, such as a connection that was refused or a
 * certificate that is not trusted, for the log. Safe for use by many threads.
 */
final class Refusals implements EndsOfCalls {

  private volatile @Nullable String last;

  Optional<String> last() {
    return Optional.ofNullable(last);
  }

  @Override
  public void ended(Status status, Metadata trailers) {
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
}
