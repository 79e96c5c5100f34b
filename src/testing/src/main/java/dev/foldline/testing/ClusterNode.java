package dev.foldline.testing;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * One node of a {@link StoreCluster}: it answers as a leader or a follower does, and passes on to
 * the store what they would do.
 */
final class ClusterNode implements AutoCloseable {

  private static final Metadata.Key<String> REQUIRES_LEADER =
      Metadata.Key.of("requires-leader", Metadata.ASCII_STRING_MARSHALLER);

  private final int number;
  private final int port;
  private final Membership membership;
  private final ManagedChannel store;
  private final ProxyServer server;
  private final Set<ProxiedCall> calls = ConcurrentHashMap.newKeySet();
  private volatile Cable entrance;

  ClusterNode(int number, int port, Membership membership, int storePort) {
    this.number = number;
    this.port = port;
    this.membership = membership;
    this.store = ProxyServer.channelTo(storePort);
    this.server = new ProxyServer(0, this::answer);
    this.entrance = new Cable(port, server.port());
  }

  int port() {
    return port;
  }

  boolean isConnected() {
    return entrance.isConnected();
  }

  /** Its connections break, and no one listens. */
  void goAway() {
    entrance.close();
  }

  void comeBack() {
    entrance = new Cable(port, server.port());
  }

  /** It does nothing, and its connections stay open. */
  void freeze() {
    entrance.freeze();
  }

  void thaw() {
    entrance.thaw();
  }

  /** Nothing more comes of what it has passed on; its clients are not told. */
  synchronized void detachCalls() {
    calls.forEach(ProxiedCall::detach);
  }

  /** It hears of the latest election; where it led before, its clients are told. */
  synchronized void hearWhoLeads() {
    boolean led = membership.thinksItLeads(number);
    membership.hears(number);
    if (led && !membership.thinksItLeads(number)) {
      calls.forEach(call -> call.end(Status.UNAVAILABLE));
    }
  }

  private synchronized ServerCall.Listener<byte[]> answer(
      ServerCall<byte[], byte[]> call, Metadata headers) {
    String name = call.getMethodDescriptor().getFullMethodName();
    String method = name.substring(name.lastIndexOf('.') + 1);
    if (method.equals("Gossip/Read")) {
      return StoreProxy.gossip(call, membership.members(number));
    }
    return membership.thinksItLeads(number)
        ? answerAsLeader(method, call, headers)
        : answerAsFollower(method, call, headers);
  }

  private ServerCall.Listener<byte[]> answerAsLeader(
      String method, ServerCall<byte[], byte[]> call, Metadata headers) {
    return switch (method) {
      case "Streams/Append",
          "Streams/BatchAppend",
          "Streams/Delete",
          "Streams/Tombstone",
          "PersistentSubscriptions/Create",
          "PersistentSubscriptions/Update",
          "PersistentSubscriptions/Delete",
          "PersistentSubscriptions/ReplayParked" ->
          write(call, headers);
      case "PersistentSubscriptions/Read" -> passWhileItCommits(call, headers, _ -> {});
      default -> pass(call).start(headers);
    };
  }

  private ServerCall.Listener<byte[]> answerAsFollower(
      String method, ServerCall<byte[], byte[]> call, Metadata headers) {
    boolean requiresLeader = "true".equalsIgnoreCase(headers.get(REQUIRES_LEADER));
    return switch (method) {
      case "Streams/Append", "Streams/BatchAppend", "Streams/Delete", "Streams/Tombstone" ->
          requiresLeader ? nameLeader(call) : write(call, headers);
      case "Streams/Read" -> requiresLeader ? subscribe(call, headers) : pass(call).start(headers);
      case "PersistentSubscriptions/Create",
          "PersistentSubscriptions/Update",
          "PersistentSubscriptions/Delete",
          "PersistentSubscriptions/Read" ->
          nameLeader(call);
      case "PersistentSubscriptions/GetInfo", "PersistentSubscriptions/List" ->
          StoreProxy.refuse(
              call, Status.UNAVAILABLE.withDescription("Server Is Not Ready"), new Metadata());
      case "PersistentSubscriptions/ReplayParked" -> new ServerCall.Listener<>() {};
      default -> pass(call).start(headers);
    };
  }

  private ServerCall.Listener<byte[]> nameLeader(ServerCall<byte[], byte[]> call) {
    return StoreProxy.refuse(call, Status.NOT_FOUND, leader());
  }

  private Metadata leader() {
    return StoreProxy.leaderAt(membership.leaderPort(number));
  }

  /** Of reads that require the leader, a follower takes catch-up subscriptions all the same. */
  private ServerCall.Listener<byte[]> subscribe(ServerCall<byte[], byte[]> call, Metadata headers) {
    ProxiedCall passed = pass(call);
    return new SimpleForwardingServerCallListener<>(passed.start(headers)) {
      @Override
      public void onMessage(byte[] message) {
        if (StoreProxy.isSubscription(message)) {
          super.onMessage(message);
        } else {
          passed.end(Status.NOT_FOUND, leader());
        }
      }
    };
  }

  /** As of a leader that reaches no majority, and of a follower that does not reach the leader. */
  private ServerCall.Listener<byte[]> write(ServerCall<byte[], byte[]> call, Metadata headers) {
    return passWhileItCommits(
        call, headers, passed -> passed.end(Status.ABORTED.withDescription("Operation timed out")));
  }

  private ServerCall.Listener<byte[]> passWhileItCommits(
      ServerCall<byte[], byte[]> call, Metadata headers, Consumer<ProxiedCall> otherwise) {
    ProxiedCall passed = pass(call);
    return new SimpleForwardingServerCallListener<>(passed.start(headers)) {
      @Override
      public void onMessage(byte[] message) {
        if (membership.commits(number)) {
          super.onMessage(message);
        } else {
          otherwise.accept(passed);
        }
      }

      @Override
      public void onHalfClose() {
        if (membership.commits(number)) {
          super.onHalfClose();
        } else {
          otherwise.accept(passed);
        }
      }
    };
  }

  private ProxiedCall pass(ServerCall<byte[], byte[]> call) {
    ProxiedCall passed = new ProxiedCall(call, store, () -> false, calls::remove);
    calls.add(passed);
    return passed;
  }

  @Override
  public void close() {
    entrance.close();
    server.close();
    store.shutdownNow();
  }
}
