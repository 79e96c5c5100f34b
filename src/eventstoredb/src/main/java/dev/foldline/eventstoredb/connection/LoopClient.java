package dev.foldline.eventstoredb.connection;

import dev.foldline.core.Unavailable;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
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
  private static final long SHORTEST_PAUSE_MS = 10;
  private static final long RENEWED_AFTER_MS = 1_000;

  private final EventLoop loop;
  private final Channels channels;
  private final Cluster cluster;
  private final StoreSettings settings;
  private final long timeout;

  private final Outstanding outstanding = new Outstanding();

  /** What of it waits for a connection. */
  private final Queue<Request<?>> waiting = new ArrayDeque<>();

  private final Ping ping;

  /** What was left, and may have something to answer still. */
  private final Set<NodeConnection> retired = new HashSet<>();

  private Link link = new Link.Away();
  private int failures;
  private boolean sweeping;

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
    this.ping = new Ping(this, cluster, loop);
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
    if (link instanceof Link.Closed) {
      request.answer().completeExceptionally(closed());
    } else if (!outstanding.add(request)) {
      request
          .answer()
          .completeExceptionally(
              new Unavailable("overloaded", "too much is asked of the event store"));
    } else {
      sweepSoon();
      send(request);
    }
  }

  private static NotSent closed() {
    return new NotSent("the connection was closed");
  }

  /** Sends it as soon as there is a connection; once more, where it was surely not done. */
  void send(Request<?> request) {
    switch (link) {
      case Link.Connected(var connection, _) -> request.sendBy(connection);
      case Link.Away _ -> {
        waitFor(request);
        connect();
      }
      case Link.Connecting _ -> waitFor(request);
      case Link.Closed _ -> fail(request, closed());
    }
  }

  private void waitFor(Request<?> request) {
    request.waits();
    waiting.add(request);
  }

  /** What was asked by this number, which is no longer open; null if it was given up. */
  @Nullable Request<?> answered(long id) {
    failures = 0;
    return outstanding.remove(id);
  }

  /** There is nothing more to wait for. */
  void done(Request<?> request) {
    outstanding.remove(request.id());
  }

  /** The call of a request ended, and there was no answer. */
  void unanswered(Request<?> request, NodeConnection by, Status status, Metadata trailers) {
    if (request.sentBy() != by || !outstanding.contains(request)) {
      return;
    }
    if (!isConnectedBy(by) && (request.isRepeatable() || Ends.isNotLeader(trailers))) {
      send(request);
    } else {
      fail(request, request.unanswered(status, trailers));
    }
  }

  /** The appends that were sent by a call. */
  List<AppendRequest> appendsBy(BatchAppendCall call) {
    return outstanding.appendsBy(call);
  }

  private void fail(Request<?> request, Throwable failure) {
    if (outstanding.remove(request.id()) != null) {
      request.answer().completeExceptionally(failure);
    }
  }

  /** Whether requests go by it. */
  boolean isConnectedBy(NodeConnection connection) {
    return link.connection() == connection;
  }

  /** Makes a connection, a while after the last one if that was of no use. */
  private void connect() {
    link = new Link.Connecting(null);
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
                          } else if (link instanceof Link.Connecting(var candidate)
                              && candidate == null) {
                            open(leader);
                          }
                        }));
  }

  /** Opens a connection that takes the place of the one there is, and of one that was opened. */
  private void open(Endpoint node) {
    @Nullable NodeConnection replaced = link.candidate();
    try {
      NodeConnection opened = new NodeConnection(node, channels.open(node, loop), this);
      link = link.with(opened);
      opened.greet(Duration.ofNanos(Math.max(timeout, settings.gossipTimeout().toNanos())));
    } catch (IllegalArgumentException e) {
      link = link.with(null);
      cluster.lost(node);
      notConnected(Status.UNAVAILABLE.withDescription(e.getMessage()));
    }
    if (replaced != null) {
      replaced.leave();
    }
  }

  /** A node takes requests. */
  void connected(NodeConnection opened) {
    if (link.candidate() != opened) {
      opened.leave();
      return;
    }
    @Nullable NodeConnection replaced = link.connection();
    link = new Link.Connected(opened, null);
    if (replaced != null) {
      retire(replaced);
    }
    List<Request<?>> due = waiting.stream().filter(outstanding::contains).toList();
    waiting.clear();
    due.forEach(this::send);
    ping.start(opened);
  }

  /** A node that was to take requests does not. */
  void refused(NodeConnection opened, Status status) {
    if (link.candidate() != opened) {
      return;
    }
    link = link.with(null);
    opened.leave();
    if (link instanceof Link.Connected) {
      ScheduledFuture<?> _ = loop.schedule(this::renew, RENEWED_AFTER_MS, TimeUnit.MILLISECONDS);
    } else {
      cluster.lost(opened.node());
      notConnected(status);
    }
  }

  /**
   * Leaves the connection, which may be dead without a word, before anything else goes by it.
   *
   * @return completes once nothing more does
   */
  CompletableFuture<Void> replace() {
    CompletableFuture<Void> replaced = new CompletableFuture<>();
    execute(
        () -> {
          @Nullable NodeConnection connection = link.connection();
          @Nullable NodeConnection candidate = link.candidate();
          failures = 0;
          if (connection != null) {
            link = link.disconnected();
            if (outstanding.isEmpty()) {
              connection.leave();
            } else {
              retire(connection);
            }
          }
          if (candidate != null) {
            open(candidate.node());
          }
          replaced.complete(null);
        });
    return replaced;
  }

  /** Makes another connection to the same node, and calls by the old one until it is there. */
  void renew() {
    execute(
        () -> {
          List<NodeConnection> connections = link.connections();
          if (!connections.isEmpty()) {
            open(connections.getLast().node());
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
    ScheduledFuture<?> _ = loop.schedule(() -> leave(old), timeout, TimeUnit.NANOSECONDS);
  }

  private void leave(NodeConnection old) {
    retired.remove(old);
    old.leave();
  }

  private void notConnected(Status status) {
    if (link instanceof Link.Connecting) {
      link = new Link.Away();
    }
    failWaiting(new NotSent(status));
  }

  private void failWaiting(NotSent failure) {
    List<Request<?>> inVain = List.copyOf(waiting);
    waiting.clear();
    inVain.forEach(request -> fail(request, failure));
  }

  /** A node does not do what one that leads does. */
  void doubt(NodeConnection doubted) {
    cluster.doubt(doubted.node());
  }

  /**
   * A node says that it does not lead.
   *
   * @param leader who does
   */
  void redirected(NodeConnection connection, Endpoint leader) {
    cluster.leads(leader);
    lost(connection);
  }

  /** A connection is of no use any more. */
  void lost(NodeConnection broken) {
    if (isConnectedBy(broken)) {
      link = link.disconnected();
      cluster.lost(broken.node());
      broken.leave();
    }
  }

  private void moved(Endpoint leader) {
    @Nullable NodeConnection connection = link.connection();
    if (connection != null && !connection.node().equals(leader)) {
      link = link.disconnected();
      connection.leave();
    }
    @Nullable NodeConnection candidate = link.candidate();
    if (candidate != null && !candidate.node().equals(leader)) {
      open(leader);
    }
    retired.stream().filter(old -> !old.node().equals(leader)).toList().forEach(this::leave);
  }

  private void sweepSoon() {
    if (!sweeping) {
      sweeping = true;
      ScheduledFuture<?> _ = loop.schedule(this::sweep, SWEEP_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void sweep() {
    sweeping = false;
    List<Request<?>> slow = outstanding.olderThan(DOUBTED_AFTER);
    @Nullable NodeConnection connection = link.connection();
    if (connection != null && slow.stream().anyMatch(each -> each.sentBy() == connection)) {
      doubt(connection);
    }
    @Nullable NodeConnection candidate = link.candidate();
    if (candidate != null && !slow.isEmpty()) {
      doubt(candidate);
    }
    slow.stream().filter(request -> request.age() >= timeout).forEach(this::late);
    if (!outstanding.isEmpty()) {
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
            List<NodeConnection> left =
                Stream.concat(retired.stream(), link.connections().stream()).toList();
            link = new Link.Closed();
            left.forEach(NodeConnection::leave);
            failWaiting(closed());
            ended.complete(null);
          });
    } catch (RejectedExecutionException _) {
      ended.complete(null);
    }
    return ended;
  }
}
