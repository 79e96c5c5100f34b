package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.proto.gossip.GossipGrpc;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import dev.foldline.core.Unavailable;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop asks of the store: by a connection of its own to the node that leads, so that
 * no other thread has to be woken for a request or its answer.
 *
 * <p>What is not answered in time fails, found by a sweep; where nothing else was answered either,
 * the connection is taken for dead. A node that leaves something unanswered for a second is
 * doubted; when another one leads, all that is under way is asked of that one, as far as it may be
 * done twice. Safe for use by many threads; all but {@link #ask} and {@link #close} is called on
 * the event loop.
 */
final class LoopClient {

  private static final long SWEEP_MS = 50;
  private static final long DOUBTED_AFTER = TimeUnit.SECONDS.toNanos(1);
  private static final long PING_MS = 1_000;
  private static final long SHORTEST_PAUSE_MS = 10;
  private static final long RENEWED_AFTER_MS = 1_000;
  private static final int MOST_OPEN = 20_000;
  private static final long MOST_BYTES = 256L << 20;

  private final EventLoop loop;
  private final Channels channels;
  private final Cluster cluster;
  private final StoreSettings settings;
  private final long timeout;

  /** All that was asked and is not answered, the eldest first. */
  private final Map<Long, Request<?>> open = new LinkedHashMap<>();

  /** What of it waits for a connection. */
  private final Queue<Request<?>> waiting = new ArrayDeque<>();

  private long lastId;
  private long bytes;
  private boolean sweeping;
  private boolean closed;
  private @Nullable NodeConnection connection;
  private @Nullable NodeConnection candidate;

  /** What was left, and may have something to answer still. */
  private final Set<NodeConnection> retired = new HashSet<>();

  private boolean connecting;
  private int failures;

  /**
   * @param timeout of each request
   */
  LoopClient(
      EventLoop loop,
      Channels channels,
      Cluster cluster,
      StoreSettings settings,
      Duration timeout) {
    this.loop = loop;
    this.channels = channels;
    this.cluster = cluster;
    this.settings = settings;
    this.timeout = timeout.toNanos();
    cluster.onMove(leader -> execute(() -> moved(leader)));
  }

  boolean isHere() {
    return loop.inEventLoop();
  }

  /** Asks for something; at once where this is the event loop. */
  <T> CompletableFuture<T> ask(Request<T> request) {
    if (isHere()) {
      accept(request);
    } else {
      try {
        loop.execute(() -> accept(request));
      } catch (RejectedExecutionException _) {
        request.answer().completeExceptionally(new NotSent("the application ends"));
      }
    }
    return request.answer();
  }

  private void accept(Request<?> request) {
    if (closed) {
      request.answer().completeExceptionally(new NotSent("the connection was closed"));
    } else if (open.size() >= MOST_OPEN || bytes + request.size() > MOST_BYTES) {
      request
          .answer()
          .completeExceptionally(
              new Unavailable("overloaded", "too much is asked of the event store"));
    } else {
      request.number(++lastId);
      open.put(request.id(), request);
      bytes += request.size();
      sweepSoon();
      send(request);
    }
  }

  private void send(Request<?> request) {
    if (connection == null) {
      request.waits();
      waiting.add(request);
      connect();
    } else {
      request.sendBy(connection);
    }
  }

  /** What was asked by this number, which is no longer open; null if it was given up. */
  @Nullable Request<?> answered(long id) {
    failures = 0;
    return remove(id);
  }

  /** There is nothing more to wait for. */
  void done(Request<?> request) {
    remove(request.id());
  }

  private @Nullable Request<?> remove(long id) {
    @Nullable Request<?> request = open.remove(id);
    if (request != null) {
      bytes -= request.size();
    }
    return request;
  }

  /** The call of a request ended, and there was no answer. */
  void unanswered(Request<?> request, NodeConnection by, Status status, Metadata trailers) {
    if (request.sentBy() != by || !open.containsKey(request.id())) {
      return;
    }
    if (by != connection && (request.isRepeatable() || Ends.isNotLeader(trailers))) {
      again(request);
    } else {
      fail(request, request.unanswered(status, trailers));
    }
  }

  /** A request was surely not done, or may be done twice. */
  void again(Request<?> request) {
    if (!closed) {
      send(request);
    } else {
      fail(request, new NotSent("the connection was closed"));
    }
  }

  private void fail(Request<?> request, Throwable failure) {
    if (remove(request.id()) != null) {
      request.answer().completeExceptionally(failure);
    }
  }

  /** Makes a connection, a while after the last one if that was of no use. */
  private void connect() {
    if (connecting || closed) {
      return;
    }
    connecting = true;
    if (failures == 0) {
      askWhoLeads();
    } else {
      long pause =
          Math.min(SHORTEST_PAUSE_MS << Math.min(failures, 10), settings.pause().toMillis());
      ScheduledFuture<?> _ = loop.schedule(this::askWhoLeads, pause, TimeUnit.MILLISECONDS);
    }
  }

  private void askWhoLeads() {
    failures++;
    CompletableFuture<?> _ =
        cluster
            .leader()
            .whenComplete(
                (leader, failure) ->
                    execute(
                        () -> {
                          if (failure != null) {
                            notConnected(Status.fromThrowable(failure));
                          } else if (!closed && candidate == null) {
                            open(leader);
                          }
                        }));
  }

  private void open(Endpoint leader) {
    try {
      NodeConnection opened = new NodeConnection(leader, channels.open(leader, loop), this);
      candidate = opened;
      opened.greet(Duration.ofNanos(Math.max(timeout, settings.gossipTimeout().toNanos())));
    } catch (IllegalArgumentException e) {
      cluster.lost(leader);
      notConnected(Status.UNAVAILABLE.withDescription(e.getMessage()));
    }
  }

  /** A node has said what it can do. */
  void connected(NodeConnection opened) {
    if (candidate != opened) {
      opened.leave();
      return;
    }
    candidate = null;
    connecting = false;
    if (connection != null) {
      retire(connection);
    }
    connection = opened;
    List<Request<?>> due = waiting.stream().filter(each -> open.containsKey(each.id())).toList();
    waiting.clear();
    due.forEach(this::send);
    ping(opened);
  }

  /** A node did not say what it can do. */
  void refused(NodeConnection opened, Status status) {
    if (candidate == opened) {
      candidate = null;
      opened.leave();
      if (connection == null) {
        cluster.lost(opened.node());
      } else {
        ScheduledFuture<?> _ = loop.schedule(this::renew, RENEWED_AFTER_MS, TimeUnit.MILLISECONDS);
      }
      notConnected(status);
    }
  }

  /** Makes another connection to the same node, and calls by the old one until it is there. */
  void renew() {
    execute(
        () -> {
          @Nullable NodeConnection old = candidate == null ? connection : candidate;
          if (old != null && !closed) {
            if (candidate != null) {
              candidate = null;
              old.leave();
            }
            connecting = true;
            open(old.node());
          }
        });
  }

  /**
   * Nothing new is asked by it, and what was is answered still. Then it is left: subscriptions are
   * opened anew by the other one.
   */
  private void retire(NodeConnection old) {
    old.retire();
    retired.add(old);
    ScheduledFuture<?> _ =
        loop.schedule(
            () -> {
              retired.remove(old);
              old.leave();
            },
            timeout,
            TimeUnit.NANOSECONDS);
  }

  private void notConnected(Status status) {
    connecting = false;
    NotSent failure = new NotSent(status);
    List<Request<?>> inVain = List.copyOf(waiting);
    waiting.clear();
    inVain.forEach(request -> fail(request, failure));
  }

  /** A node says that another leads. */
  void toldOf(Endpoint leader) {
    cluster.leads(leader);
  }

  /** A node does not do what one that leads does. */
  void doubts(NodeConnection doubted) {
    cluster.doubt(doubted.node());
  }

  /** A connection is of no use any more. */
  void lost(NodeConnection broken) {
    if (connection == broken) {
      connection = null;
      broken.leave();
      cluster.lost(broken.node());
    }
  }

  private void moved(Endpoint leader) {
    if (connection != null && !connection.node().equals(leader)) {
      NodeConnection left = connection;
      connection = null;
      left.leave();
    }
    if (candidate != null && !candidate.node().equals(leader)) {
      NodeConnection left = candidate;
      candidate = null;
      left.leave();
      open(leader);
    }
  }

  /** The appends that were sent by a call. */
  List<AppendRequest> appendsBy(BatchAppendCall call) {
    return open.values().stream()
        .filter(AppendRequest.class::isInstance)
        .map(AppendRequest.class::cast)
        .filter(append -> append.isAmong(call))
        .toList();
  }

  /**
   * Asks a node who is in its cluster: at first, and again and again where others are, so that it
   * is known where to go when it is silent, and noticed that it is.
   */
  private void ping(NodeConnection pinged) {
    if (connection != pinged || closed) {
      return;
    }
    var ping = new UnaryRequest<>(this, GossipGrpc.getReadMethod(), Empty.getDefaultInstance());
    CompletableFuture<?> _ =
        ping.answer()
            .whenComplete(
                (view, failure) -> {
                  boolean answered = failure == null && connection == pinged;
                  if (answered) {
                    cluster.members(pinged.node(), view);
                  }
                  if (!answered || cluster.hasSeveral()) {
                    ScheduledFuture<?> _ =
                        loop.schedule(() -> ping(pinged), PING_MS, TimeUnit.MILLISECONDS);
                  }
                });
    accept(ping);
  }

  private void sweepSoon() {
    if (!sweeping) {
      sweeping = true;
      ScheduledFuture<?> _ = loop.schedule(this::sweep, SWEEP_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void sweep() {
    sweeping = false;
    List<Request<?>> slow =
        open.values().stream().takeWhile(request -> request.age() >= DOUBTED_AFTER).toList();
    if (connection != null && slow.stream().anyMatch(each -> each.sentBy() == connection)) {
      doubts(connection);
    }
    if (candidate != null && !slow.isEmpty()) {
      doubts(candidate);
    }
    slow.stream().filter(request -> request.age() >= timeout).forEach(this::late);
    if (!open.isEmpty()) {
      sweepSoon();
    }
  }

  private void late(Request<?> request) {
    @Nullable NodeConnection by = request.sentBy();
    if (by == null) {
      fail(request, new NotSent("there was no connection in time"));
      return;
    }
    fail(request, new TimeoutException());
    request.giveUp();
    if (by.isSilentFor(timeout)) {
      lost(by);
    }
  }

  /** Does something on the event loop; at once where this is it. */
  void execute(Runnable task) {
    if (isHere()) {
      task.run();
    } else {
      try {
        loop.execute(task);
      } catch (RejectedExecutionException _) {
        // the event loop has ended, and all that was on it
      }
    }
  }

  /** Ends what is under way. Completes when no more is sent. */
  CompletableFuture<Void> close() {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    try {
      loop.execute(
          () -> {
            closed = true;
            List<NodeConnection> left =
                Stream.concat(retired.stream(), Stream.of(connection, candidate))
                    .filter(Objects::nonNull)
                    .toList();
            connection = null;
            candidate = null;
            left.forEach(NodeConnection::leave);
            notConnected(Status.CANCELLED.withDescription("the connection was closed"));
            ended.complete(null);
          });
    } catch (RejectedExecutionException _) {
      ended.complete(null);
    }
    return ended;
  }
}
