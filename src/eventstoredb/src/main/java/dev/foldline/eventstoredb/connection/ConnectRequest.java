package dev.foldline.eventstoredb.connection;

import io.grpc.Channel;

/** Waits until there is a connection, for calls that stay open. */
final class ConnectRequest extends Request<Channel> {

  private final LoopClient client;

  ConnectRequest(LoopClient client) {
    super(0);
    this.client = client;
  }

  @Override
  void send(NodeConnection connection) {
    client.done(this);
    answer().complete(connection.channel());
  }
}
