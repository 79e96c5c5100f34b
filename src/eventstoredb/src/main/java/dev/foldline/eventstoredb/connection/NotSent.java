package dev.foldline.eventstoredb.connection;

import io.grpc.Status;

/** There was no connection to send something by: the store has surely not seen it. */
final class NotSent extends RuntimeException {

  private static final long serialVersionUID = 1;

  NotSent(String reason) {
    super(reason, null, false, false);
  }

  NotSent(Status status) {
    this(status.getCode() + ": " + status.getDescription());
  }
}
