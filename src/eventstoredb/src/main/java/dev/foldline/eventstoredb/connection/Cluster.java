package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.proto.gossip.GossipOuterClass.ClusterInfo;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Knows which node leads. It is asked for whenever somebody doubts it: whoever is named by more
 * than half of the members that gossip last named leads from then on.
 *
 * <p>A connection string that names one node, and does not say that others are to be discovered, is
 * believed until that node says that another leads, or is in doubt. Safe for use by many threads.
 */
final class Cluster {

  private static final Logger LOG = Logger.getLogger(EventStore.class);
  private static final long SHORTEST_PAUSE_MS = 100;
  private static final long LONGEST_PAUSE_MS = 800;

  private final StoreSettings settings;
  private final Channels channels;
  private final EventLoop loop;
  private final List<Consumer<Endpoint>> followers = new CopyOnWriteArrayList<>();
  private List<CompletableFuture<Endpoint>> askers = new ArrayList<>();
  private Set<Endpoint> members = Set.of();
  private @Nullable Endpoint leader;
  private @Nullable GossipPoll poll;
  private boolean polling;
  private boolean closed;
  private long pause = SHORTEST_PAUSE_MS;
  private volatile boolean several;

  /**
   * @param loop on which it does all
   */
  Cluster(StoreSettings settings, Channels channels, EventLoop loop) {
    this.settings = settings;
    this.channels = channels;
    this.loop = loop;
    if (!settings.discovers()) {
      leader = settings.seeds().getFirst();
    }
  }

  /** Whoever is told when another node leads, on this object's event loop. */
  void onMove(Consumer<Endpoint> follower) {
    followers.add(follower);
  }

  /** Whether there are other nodes to go to. */
  boolean hasSeveral() {
    return several;
  }

  /** Who leads, as far as is known; fails with a status where nobody says so. */
  CompletableFuture<Endpoint> leader() {
    CompletableFuture<Endpoint> answer = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (leader != null) {
            answer.complete(leader);
          } else {
            askers.add(answer);
            poll();
          }
        });
    return answer;
  }

  /** A node named another one that leads. */
  void leads(Endpoint named) {
    loop.execute(
        () -> {
          several = true;
          move(named);
        });
  }

  /** The node that leads named who is in the cluster. */
  void members(Endpoint node, ClusterInfo view) {
    Votes votes = new Votes(Set.of());
    votes.add(node, view);
    loop.execute(
        () -> {
          if (node.equals(leader) && !polling) {
            remember(votes.named());
          }
        });
  }

  private void remember(Set<Endpoint> named) {
    members = new LinkedHashSet<>(named);
    several = named.size() > 1;
  }

  /** A node can't be reached. */
  void lost(Endpoint node) {
    loop.execute(
        () -> {
          if (node.equals(leader) && (settings.discovers() || several)) {
            leader = null;
          }
        });
  }

  /** A node that leads does not answer, or not as one that leads does. */
  void doubt(Endpoint node) {
    loop.execute(
        () -> {
          if (leader == null || node.equals(leader)) {
            poll();
          }
        });
  }

  /** Asks nobody any more. */
  void close() {
    try {
      loop.execute(
          () -> {
            closed = true;
            if (poll != null) {
              poll.end();
            }
          });
    } catch (RejectedExecutionException _) {
      // the event loop has ended, and all that was on it
    }
  }

  private void poll() {
    if (!polling && !closed) {
      polling = true;
      poll = new GossipPoll(channels, loop, settings, members, new Ended(leader));
      poll.start();
    }
  }

  private void move(Endpoint to) {
    boolean moved = leader != null && !to.equals(leader);
    leader = to;
    if (moved) {
      LOG.infof("the event store's leader is %s now", to);
    }
    List<CompletableFuture<Endpoint>> waiting = takeAskers();
    followers.forEach(follower -> follower.accept(to));
    waiting.forEach(asker -> asker.complete(to));
  }

  private List<CompletableFuture<Endpoint>> takeAskers() {
    List<CompletableFuture<Endpoint>> waiting = askers;
    askers = new ArrayList<>();
    return waiting;
  }

  /** What a poll leads to. */
  private final class Ended implements GossipPoll.Listener {

    private final @Nullable Endpoint doubted;

    Ended(@Nullable Endpoint doubted) {
      this.doubted = doubted;
    }

    @Override
    public void leads(Endpoint found, Set<Endpoint> named) {
      remember(named);
      Endpoint to = several || settings.discovers() ? found : settings.seeds().getFirst();
      pause = to.equals(doubted) ? Math.min(2 * pause, LONGEST_PAUSE_MS) : SHORTEST_PAUSE_MS;
      move(to);
      pause();
    }

    /** Whom gossip named last may be gone for good: the next time begins with the seeds. */
    @Override
    public void undecided(Status last) {
      if (leader == null) {
        members = Set.of();
        if (!settings.discovers()) {
          leader = settings.seeds().getFirst();
        }
      }
      takeAskers().forEach(asker -> asker.completeExceptionally(last.asRuntimeException()));
      pause();
    }

    private void pause() {
      ScheduledFuture<?> _ = loop.schedule(this::next, pause, TimeUnit.MILLISECONDS);
    }

    private void next() {
      polling = false;
      if (!askers.isEmpty()) {
        poll();
      }
    }
  }
}
