package dev.foldline.eventstoredb.connection;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How an event loop stands to the store. A candidate is a connection that was opened and does not
 * take requests yet.
 */
sealed interface Link {

  /** There is no connection, and none is being made. */
  record Away() implements Link {}

  /**
   * A connection is being made.
   *
   * @param candidate null until it is known who leads
   */
  record Connecting(@Nullable NodeConnection candidate) implements Link {}

  /**
   * Requests are sent.
   *
   * @param candidate that will take the place of the connection, if any
   */
  record Connected(NodeConnection connection, @Nullable NodeConnection candidate) implements Link {}

  /** There will be no connection any more. */
  record Closed() implements Link {}

  /** Requests are sent by this one; null where they wait for one. */
  default @Nullable NodeConnection connection() {
    return switch (this) {
      case Connected(var connection, _) -> connection;
      case Away _, Connecting _, Closed _ -> null;
    };
  }

  default @Nullable NodeConnection candidate() {
    return switch (this) {
      case Connecting(var candidate) -> candidate;
      case Connected(_, var candidate) -> candidate;
      case Away _, Closed _ -> null;
    };
  }

  /** The same with another candidate, or none. */
  default Link with(@Nullable NodeConnection candidate) {
    return switch (this) {
      case Away _, Connecting _ -> new Connecting(candidate);
      case Connected(var connection, _) -> new Connected(connection, candidate);
      case Closed _ -> this;
    };
  }

  /** The same after its connection was left. */
  default Link disconnected() {
    return switch (this) {
      case Connected(_, var candidate) ->
          candidate == null ? new Away() : new Connecting(candidate);
      case Away _, Connecting _, Closed _ -> this;
    };
  }

  /** The connections that it holds, the newest last. */
  default List<NodeConnection> connections() {
    return Stream.of(connection(), candidate()).filter(Objects::nonNull).toList();
  }
}
