package dev.foldline.testing;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A cluster of three nodes on this machine as its clients see one: each has a port of its own, and
 * one log is behind all of them. Nodes are numbered from 0, which leads at first, and do only what
 * a test has them do: no one is elected by itself.
 *
 * <p>What each node answers was recorded on EventStoreDB 24.10. A node can write where it reaches
 * the leader and the leader a majority; otherwise what is written is ABORTED, at once. Reads are
 * always of the whole log, at a deposed leader too.
 *
 * <p>Real nodes could stand behind the same methods: processes or containers that are killed, and
 * stopped by signals, each with a supervisor, since a deposed leader that goes on ends to truncate
 * its log. They elect for themselves, so that {@link #elect} would wait until they have, after it
 * gave its node the highest priority; {@link #tellWhoLeads} would wait until the node is back.
 *
 * <p>Safe for use by many threads.
 */
public final class StoreCluster implements AutoCloseable {

  /** How many nodes there are. */
  public static final int SIZE = 3;

  private final EventStoreServer store;
  private final Membership membership;
  private final List<ClusterNode> nodes;

  private StoreCluster(EventStoreServer store) {
    this.store = store;
    List<Integer> ports =
        Stream.generate(EventStoreServer::freePort).distinct().limit(SIZE).toList();
    this.membership = new Membership(ports);
    this.nodes =
        IntStream.range(0, SIZE)
            .mapToObj(
                number -> new ClusterNode(number, ports.get(number), membership, store.port()))
            .toList();
  }

  /** Starts one that keeps nothing when it stops; or stands before the store that is given. */
  public static StoreCluster start() {
    return new StoreCluster(EventStoreServer.start());
  }

  /** The way to all nodes: clients find the leader by gossip. */
  public String connectionString() {
    return nodes.stream()
        .map(node -> "127.0.0.1:" + node.port())
        .collect(Collectors.joining(",", "esdb://", "?tls=false"));
  }

  /** The way to one node, leader or not, without gossip. */
  public String connectionString(int node) {
    return "esdb://127.0.0.1:" + port(node) + "?tls=false";
  }

  /** The way to the leader that one node names. */
  public String discover(int node) {
    return "esdb+discover://127.0.0.1:" + port(node) + "?tls=false";
  }

  /** Below 32768, above which clients can't read it beside others. */
  public int port(int node) {
    return nodes.get(node).port();
  }

  /** Whether a client has a connection to a node. */
  public boolean isConnected(int node) {
    return nodes.get(node).isConnected();
  }

  /** Who was elected last, even if it is dead since. */
  public int leader() {
    return membership.leader();
  }

  /**
   * A node's process ends ({@code SIGKILL}): its connections break, and no one listens. If it
   * leads, the others go on naming it until someone is elected; their gossip says that it is dead.
   */
  public synchronized void kill(int node) {
    membership.killed(node);
    nodes.get(node).goAway();
    nodes.get(node).detachCalls();
  }

  /** A killed node is back, and knows who leads; that is itself, if no one was elected since. */
  public synchronized void restart(int node) {
    membership.restarted(node);
    nodes.get(node).comeBack();
  }

  /**
   * A node's process stops ({@code SIGSTOP}): its connections stay open, new ones are made, and
   * nothing is answered, pings neither. The others show it alive until someone is elected.
   */
  public synchronized void silence(int node) {
    nodes.get(node).freeze();
    membership.silenced(node);
  }

  /**
   * A silenced node goes on ({@code SIGCONT}), with what came meanwhile first. If someone was
   * elected meanwhile, it does not know until it is {@linkplain #tellWhoLeads told}: it answers and
   * gossips as before, but can't write, and who consumes a persistent subscription there gets
   * nothing.
   */
  public synchronized void resume(int node) {
    membership.resumed(node);
    nodes.get(node).thaw();
  }

  /**
   * A node that runs is elected, and all that run hear of it. Nothing more comes of what the one
   * that led has passed on. If it runs, its calls end as UNAVAILABLE.
   *
   * @throws IllegalStateException if the node, or the majority, does not run
   */
  public synchronized void elect(int node) {
    int before = membership.leader();
    membership.elected(node);
    if (node != before) {
      nodes.get(before).detachCalls();
    }
    IntStream.range(0, SIZE).filter(membership::runs).forEach(this::tellWhoLeads);
  }

  /** A node that went on after someone was elected hears of it. If it led, its calls end. */
  public synchronized void tellWhoLeads(int node) {
    nodes.get(node).hearWhoLeads();
  }

  @Override
  public synchronized void close() {
    nodes.forEach(ClusterNode::close);
    store.close();
  }
}
