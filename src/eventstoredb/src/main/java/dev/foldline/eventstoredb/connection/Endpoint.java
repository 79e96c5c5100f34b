package dev.foldline.eventstoredb.connection;

/** Where a node of the store listens. */
record Endpoint(String host, int port) {

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
