package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.proto.gossip.GossipGrpc;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Asks the node that leads who is in its cluster: once, and each second where others are, so that
 * it is known where to go when it falls silent, and noticed that it did. On one event loop.
 */
final class Ping {

  private static final long PERIOD_MS = 1_000;

  private final LoopClient client;
  private final Cluster cluster;
  private final EventLoop loop;

  Ping(LoopClient client, Cluster cluster, EventLoop loop) {
    this.client = client;
    this.cluster = cluster;
    this.loop = loop;
  }

  /** Asks as long as requests go by this connection. */
  void start(NodeConnection connection) {
    if (!client.isConnectedBy(connection)) {
      return;
    }
    CompletableFuture<?> _ =
        client
            .ask(new UnaryRequest<>(client, GossipGrpc.getReadMethod(), Empty.getDefaultInstance()))
            .whenComplete(
                (view, failure) -> {
                  boolean answered = failure == null && client.isConnectedBy(connection);
                  if (answered) {
                    cluster.members(connection.node(), view);
                  }
                  if (!answered || view.getMembersCount() > 1 || cluster.hasSeveral()) {
                    startSoon(connection);
                  }
                });
  }

  private void startSoon(NodeConnection connection) {
    ScheduledFuture<?> _ = loop.schedule(() -> start(connection), PERIOD_MS, TimeUnit.MILLISECONDS);
  }
}
