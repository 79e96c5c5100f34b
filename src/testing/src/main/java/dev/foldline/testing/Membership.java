package dev.foldline.testing;

import dev.foldline.testing.StoreProxy.Member;
import java.util.List;

/**
 * The nodes of a {@link StoreCluster}, by number: how they are, and which election each has heard
 * of last. Safe for use by many threads.
 */
final class Membership {

  private enum Condition {
    RUNNING,
    SILENT,
    DEAD
  }

  private record Election(int number, int leader) {}

  private static final class Node {
    private final int port;
    private Condition condition = Condition.RUNNING;
    private Election heard;

    private Node(int port, Election heard) {
      this.port = port;
      this.heard = heard;
    }

    private boolean runs() {
      return condition == Condition.RUNNING;
    }
  }

  private Election latest = new Election(0, 0);
  private final List<Node> nodes;

  /** The first one leads. */
  Membership(List<Integer> ports) {
    nodes = ports.stream().map(port -> new Node(port, latest)).toList();
  }

  /** Who was elected last. */
  synchronized int leader() {
    return latest.leader();
  }

  synchronized boolean runs(int node) {
    return nodes.get(node).runs();
  }

  /** The leader's port, as a node has heard. */
  synchronized int leaderPort(int node) {
    return nodes.get(heard(node).leader()).port;
  }

  /** Whether a node has heard that it leads, and of no one else since. */
  synchronized boolean thinksItLeads(int node) {
    return heard(node).leader() == node;
  }

  private Election heard(int node) {
    return nodes.get(node).heard;
  }

  /** Whether what is written by way of a node can be: it needs the leader, and a majority. */
  synchronized boolean commits(int node) {
    return runs(node) && heard(node).equals(latest) && runs(latest.leader()) && hasMajority();
  }

  private boolean hasMajority() {
    return nodes.stream().filter(Node::runs).count() > nodes.size() / 2;
  }

  /** All nodes, as one sees them: who has not heard of its election is dead to it. */
  synchronized List<Member> members(int node) {
    Election heard = heard(node);
    int leaderPort = leaderPort(node);
    return nodes.stream()
        .map(
            each ->
                new Member(
                    each.port,
                    each.port == leaderPort,
                    each.condition != Condition.DEAD && each.heard.number() >= heard.number()))
        .toList();
  }

  synchronized void killed(int node) {
    nodes.get(node).condition = Condition.DEAD;
  }

  synchronized void restarted(int node) {
    change(node, Condition.DEAD, Condition.RUNNING);
    hears(node);
  }

  synchronized void silenced(int node) {
    change(node, Condition.RUNNING, Condition.SILENT);
  }

  synchronized void resumed(int node) {
    change(node, Condition.SILENT, Condition.RUNNING);
  }

  private void change(int node, Condition from, Condition to) {
    if (nodes.get(node).condition != from) {
      throw new IllegalStateException(
          "node " + node + " is not " + from + " but " + nodes.get(node).condition);
    }
    nodes.get(node).condition = to;
  }

  /** No one has heard of it yet. */
  synchronized void elected(int node) {
    if (!runs(node) || !hasMajority()) {
      throw new IllegalStateException("node " + node + " can't be elected");
    }
    latest = new Election(latest.number() + 1, node);
  }

  /** A node hears of the latest election. */
  synchronized void hears(int node) {
    if (!runs(node)) {
      throw new IllegalStateException("node " + node + " does not run");
    }
    nodes.get(node).heard = latest;
  }
}
