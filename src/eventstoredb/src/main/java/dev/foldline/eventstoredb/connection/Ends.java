package dev.foldline.eventstoredb.connection;

import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the end of a call says beside its status. */
final class Ends {

  private static final Metadata.Key<String> EXCEPTION = text("exception");
  private static final Metadata.Key<String> LEADER_HOST = text("leader-endpoint-host");
  private static final Metadata.Key<String> LEADER_PORT = text("leader-endpoint-port");
  private static final int LARGEST_PORT = 65_535;

  /** How {@link #exception} is where another node leads. */
  static final String NOT_LEADER = "not-leader";

  private Ends() {}

  private static Metadata.Key<String> text(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** Which failure it was, by the name that the server has for it; empty where it says none. */
  static String exception(@Nullable Metadata trailers) {
    @Nullable String name = trailers == null ? null : trailers.get(EXCEPTION);
    return name == null ? "" : name;
  }

  /** Which node leads instead of the one that was asked, where it says so in a way that can be. */
  static Optional<Endpoint> leader(Metadata trailers) {
    @Nullable String host = trailers.get(LEADER_HOST);
    @Nullable String port = trailers.get(LEADER_PORT);
    if (host == null || host.isBlank() || port == null || !port.matches("[0-9]{1,5}")) {
      return Optional.empty();
    }
    int number = Integer.parseInt(port);
    return number == 0 || number > LARGEST_PORT
        ? Optional.empty()
        : Optional.of(new Endpoint(host, number));
  }

  /** Whether a node did not do what it was asked because another one leads. */
  static boolean isNotLeader(Metadata trailers) {
    return exception(trailers).equals(NOT_LEADER) || leader(trailers).isPresent();
  }

  /** Whether the store may have done what a call asked that ended like this. */
  static boolean leavesOpen(Status.Code code) {
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
}
