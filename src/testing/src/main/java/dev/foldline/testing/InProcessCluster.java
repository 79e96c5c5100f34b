package dev.foldline.testing;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Nodes in this process: each has a port of its own, and one log is behind all of them. They do
 * only what a test has them do: no one is elected by itself.
 *
 * <p>What each node answers was recorded on EventStoreDB 24.10. A node can write where it reaches
 * the leader and the leader a majority; otherwise what is written is ABORTED, at once. Reads are
 * always of the whole log, at a deposed leader too.
 */
final class InProcessCluster extends StoreCluster {

  private final EventStoreServer store = EventStoreServer.start();
  private final Membership membership;
  private final List<ClusterNode> nodes;

  /** One that keeps nothing when it stops; or stands before the store that is given. */
  InProcessCluster() {
    List<Integer> ports = Stream.generate(Ports::free).distinct().limit(SIZE).toList();
    this.membership = new Membership(ports);
    this.nodes =
        IntStream.range(0, SIZE)
            .mapToObj(
                number -> new ClusterNode(number, ports.get(number), membership, store.port()))
            .toList();
  }

  @Override
  String address(int node) {
    return "127.0.0.1:" + nodes.get(node).port();
  }

  @Override
  String connectionString(String scheme, String addresses) {
    return scheme + "://" + addresses + "?tls=false";
  }

  @Override
  public boolean isConnected(int node) {
    return nodes.get(node).isConnected();
  }

  @Override
  public int leader() {
    return membership.leader();
  }

  @Override
  public synchronized void kill(int node) {
    membership.killed(node);
    nodes.get(node).goAway();
    nodes.get(node).detachCalls();
  }

  @Override
  public synchronized void restart(int node) {
    membership.restarted(node);
    nodes.get(node).comeBack();
  }

  @Override
  public synchronized void silence(int node) {
    nodes.get(node).freeze();
    membership.silenced(node);
  }

  @Override
  public synchronized void resume(int node) {
    membership.resumed(node);
    nodes.get(node).thaw();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the node, or the majority, does not run
   */
  @Override
  public synchronized void elect(int node) {
    int before = membership.leader();
    membership.elected(node);
    if (node != before) {
      nodes.get(before).detachCalls();
    }
    IntStream.range(0, SIZE).filter(membership::runs).forEach(this::tellWhoLeads);
  }

  @Override
  public synchronized void tellWhoLeads(int node) {
    nodes.get(node).hearWhoLeads();
  }

  @Override
  public synchronized void close() {
    nodes.forEach(ClusterNode::close);
    store.close();
  }
}
