package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.proto.gossip.GossipGrpc;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.ClusterInfo;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Asks nodes at once who leads, and those that they name, each again and again, until more than
 * half of the members agree. A node that is silent holds no other up. On one event loop.
 */
final class GossipPoll {

  private static final long PAUSE_MS = 100;

  /** Is told how it ends, once. */
  interface Listener {

    /**
     * A majority names one.
     *
     * @param members whom the nodes named
     */
    void leads(Endpoint leader, Set<Endpoint> members);

    /**
     * No majority names one in time.
     *
     * @param last how a node that was asked failed
     */
    void undecided(Status last);
  }

  private final Channels channels;
  private final EventLoop loop;
  private final StoreSettings settings;
  private final Votes votes;
  private final Listener listener;
  private final Map<Endpoint, Node> asked = new HashMap<>();
  private Status last = Status.UNAVAILABLE.withDescription("no node names a leader");
  private boolean over;

  /**
   * @param members whom gossip named last
   */
  GossipPoll(
      Channels channels,
      EventLoop loop,
      StoreSettings settings,
      Set<Endpoint> members,
      Listener listener) {
    this.channels = channels;
    this.loop = loop;
    this.settings = settings;
    this.votes = new Votes(members);
    this.listener = listener;
    settings.seeds().forEach(this::include);
    members.stream().filter(each -> !asked.containsKey(each)).forEach(this::include);
  }

  /** Begins to ask. */
  void start() {
    Duration limit = settings.gossipTimeout().plus(settings.pause());
    ScheduledFuture<?> _ = loop.schedule(this::giveUp, limit.toMillis(), TimeUnit.MILLISECONDS);
    if (asked.isEmpty()) {
      giveUp();
    }
    asked.values().forEach(Node::ask);
  }

  private void include(Endpoint endpoint) {
    try {
      asked.put(endpoint, new Node(endpoint));
    } catch (IllegalArgumentException e) {
      last = Status.UNAVAILABLE.withDescription(e.getMessage());
    }
  }

  private void answered(Node node, ClusterInfo view) {
    votes.add(node.endpoint, view);
    Set<Endpoint> named = votes.named();
    if (named.size() > 1) {
      List<Endpoint> more = named.stream().filter(each -> !asked.containsKey(each)).toList();
      more.forEach(this::include);
      more.stream().map(asked::get).filter(Objects::nonNull).forEach(Node::ask);
    }
    votes
        .leader()
        .ifPresent(
            leader -> {
              end();
              listener.leads(leader, votes.named());
            });
  }

  private void giveUp() {
    if (!over) {
      end();
      listener.undecided(last);
    }
  }

  /** Asks no more, and tells nobody of anything. */
  void end() {
    over = true;
    asked.values().forEach(node -> node.channel.shutdownNow());
  }

  /** A node that is asked, and how often it was. */
  private final class Node implements StreamObserver<ClusterInfo> {

    private final Endpoint endpoint;
    private final ManagedChannel channel;
    private int times;

    Node(Endpoint endpoint) {
      this.endpoint = endpoint;
      this.channel = channels.open(endpoint, loop);
    }

    void ask() {
      if (!over) {
        GossipGrpc.newStub(channel)
            .withDeadlineAfter(settings.gossipTimeout())
            .read(Empty.getDefaultInstance(), this);
      }
    }

    @Override
    public void onNext(ClusterInfo view) {
      if (!over) {
        answered(this, view);
      }
    }

    /** Where no address was found, on a thread that is not the event loop's. */
    @Override
    public void onError(Throwable failure) {
      loop.execute(
          () -> {
            if (!over) {
              last = Status.fromThrowable(failure);
              channel.resetConnectBackoff();
              askedOnce();
            }
          });
    }

    @Override
    public void onCompleted() {
      askedOnce();
    }

    private void askedOnce() {
      if (over) {
        return;
      }
      times++;
      if (asked.values().stream().allMatch(node -> node.times >= settings.attempts())) {
        giveUp();
        return;
      }
      long pause = Math.min(PAUSE_MS << Math.min(times, 10), settings.pause().toMillis());
      ScheduledFuture<?> _ = loop.schedule(this::ask, pause, TimeUnit.MILLISECONDS);
    }
  }
}
