package dev.foldline.eventstoredb.connection;

import dev.foldline.core.Unavailable;

/**
 * The store is there, but does not let this application have one stream. To callers that is a store
 * that is away; who has other streams to go on with may go on with them.
 */
public final class DeniedStream extends Unavailable {

  private static final long serialVersionUID = 1;

  DeniedStream() {
    super("the event store does not let this application in");
  }
}
