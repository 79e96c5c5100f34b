package dev.foldline.testing;

import java.net.URI;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cluster of three nodes that a test runs against: one in this process; or that whose connection
 * string the system property {@code foldline.test.eventstoredb.cluster} gives, with all its nodes
 * and without TLS.
 *
 * <p>Nodes are numbered from 0, which leads at first. Those of a given cluster are acted upon by
 * the program that {@code foldline.test.eventstoredb.cluster.control} gives: it is called with
 * {@code kill}, {@code restart}, {@code silence} ({@code SIGSTOP}) or {@code resume}, and the
 * node's {@code host:port}. They elect for themselves, and need a supervisor: a deposed leader that
 * goes on ends to truncate its log. Such a cluster holds what earlier tests wrote, so that streams
 * and groups need names of the test's own.
 *
 * <p>Safe for use by many threads.
 */
public abstract sealed class StoreCluster implements AutoCloseable
    permits InProcessCluster, GivenCluster {

  /** How many nodes there are. */
  public static final int SIZE = 3;

  private static final String NODES = "foldline.test.eventstoredb.cluster";

  /** Starts one, or takes the one that is given as soon as all its nodes run. */
  public static StoreCluster start() {
    String given = System.getProperty(NODES, "");
    return given.isEmpty()
        ? new InProcessCluster()
        : new GivenCluster(
            given, GivenCluster.Control.by(Path.of(System.getProperty(NODES + ".control", ""))));
  }

  /** Where a node is, as host and port. */
  abstract String address(int node);

  /** The way to some addresses. */
  abstract String connectionString(String scheme, String addresses);

  /** The way to all nodes: clients find the leader by gossip. */
  public final String connectionString() {
    return connectionString(
        "esdb", IntStream.range(0, SIZE).mapToObj(this::address).collect(Collectors.joining(",")));
  }

  /** The way to one node, leader or not, without gossip. */
  public final String connectionString(int node) {
    return connectionString("esdb", address(node));
  }

  /** The way to the leader that one node names. */
  public final String discover(int node) {
    return connectionString("esdb+discover", address(node));
  }

  /** Of one in this process below 32768, above which clients can't read it beside others. */
  public final int port(int node) {
    return URI.create("esdb://" + address(node)).getPort();
  }

  /** Whether a client has a connection to a node; true where that can't be seen. */
  public abstract boolean isConnected(int node);

  /** Who was elected last, even if it is dead since. */
  public abstract int leader();

  /**
   * A node's process ends ({@code SIGKILL}): its connections break, and no one listens. If it
   * leads, the others go on naming it until someone is elected; their gossip says that it is dead.
   */
  public abstract void kill(int node);

  /** A killed node is back, and knows who leads; that is itself, if no one was elected since. */
  public abstract void restart(int node);

  /**
   * A node's process stops ({@code SIGSTOP}): its connections stay open, new ones are made, and
   * nothing is answered, pings neither. The others show it alive until someone is elected.
   */
  public abstract void silence(int node);

  /**
   * A silenced node goes on ({@code SIGCONT}), with what came meanwhile first. If someone was
   * elected meanwhile, it does not know until it is {@linkplain #tellWhoLeads told}: it answers and
   * gossips as before, but can't write, and who consumes a persistent subscription there gets
   * nothing.
   */
  public abstract void resume(int node);

  /**
   * A node that runs is elected, and all that run hear of it: the one that is named, or whom those
   * choose that elect for themselves. Nothing more comes of what the one that led has passed on. If
   * it runs, its calls end as UNAVAILABLE.
   */
  public abstract void elect(int node);

  /** A node that went on after someone was elected hears of it. If it led, its calls end. */
  public abstract void tellWhoLeads(int node);

  /** A cluster that is given runs as before. */
  @Override
  public abstract void close();
}
