package dev.foldline.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.eventstore.dbclient.proto.gossip.GossipOuterClass.ClusterInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.foldline.embedded.log.Ticks;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * Stands between a client and an {@link EventStoreServer} of this machine, without TLS, and does to
 * calls what networks, clusters and access lists do. Safe for use by many threads.
 *
 * <p>As of a real server, no answer names a stream that is not ASCII: where one would, its call
 * ends as UNKNOWN.
 */
public final class StoreProxy implements AutoCloseable {

  private static final Metadata.Key<String> EXCEPTION = text("exception");
  private static final Metadata.Key<String> LEADER_HOST = text("leader-endpoint-host");
  private static final Metadata.Key<String> LEADER_PORT = text("leader-endpoint-port");

  private final int storePort;
  private final ManagedChannel store;
  private final Set<ProxiedCall> subscriptions = ConcurrentHashMap.newKeySet();
  private ProxyServer server;
  private volatile boolean leads = true;
  private volatile Appends appends = Appends.PASS;
  private volatile String secret = "";
  private final AtomicInteger denials = new AtomicInteger();

  /** What becomes of appends. */
  public enum Appends {
    /** They are passed on. */
    PASS,
    /** They arrive, and their answers do not. */
    UNANSWERED,
    /** They do not arrive. */
    LOST
  }

  /**
   * @param storePort where the store listens
   */
  public StoreProxy(int storePort) {
    this.storePort = storePort;
    this.store = ProxyServer.channelTo(storePort);
    this.server = new ProxyServer(0, this::pass);
  }

  private static Metadata.Key<String> text(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** The way to the store through here. */
  public String connectionString() {
    return "esdb+discover://127.0.0.1:" + server.port() + "?tls=false";
  }

  /** Breaks every connection; those that follow work. */
  public void breakConnections() {
    int port = server.port();
    server.close();
    server = new ProxyServer(port, this::pass);
  }

  /** Follows from now on, as a node does whose leader is another one: the store itself. */
  public void loseLeadership() {
    leads = false;
    subscriptions.forEach(each -> each.end(Status.UNAVAILABLE));
  }

  /** Ends the open subscriptions as if all were well. */
  public void completeSubscriptions() {
    subscriptions.forEach(each -> each.end(Status.OK));
  }

  /** Passes nothing on of the subscriptions that are open, as behind a connection half open. */
  public void fallSilent() {
    subscriptions.forEach(ProxiedCall::fallSilent);
  }

  /** What becomes of appends from now on, those that are under way too. */
  public void appends(Appends fate) {
    appends = fate;
  }

  /** Lets nobody read a stream from now on; what others tell of it is passed on. */
  public void deny(String stream) {
    secret = stream;
  }

  /** How often somebody was not let read. */
  public int denials() {
    return denials.get();
  }

  private boolean isDenied(String method, byte[] message) {
    return !secret.isEmpty()
        && method.endsWith("streams.Streams/Read")
        && new String(message, ISO_8859_1).matches("(?s).*[^^]" + Pattern.quote(secret) + ".*");
  }

  @Override
  public void close() {
    server.close();
    store.shutdownNow();
  }

  private ServerCall.Listener<byte[]> pass(ServerCall<byte[], byte[]> call, Metadata headers) {
    String method = call.getMethodDescriptor().getFullMethodName();
    boolean persistent = method.endsWith("PersistentSubscriptions/Read");
    if (method.endsWith("gossip.Gossip/Read")) {
      return gossip(call, members());
    }
    if (!leads && (persistent || method.endsWith("PersistentSubscriptions/Create"))) {
      return refuse(call, Status.NOT_FOUND, leaderAt(storePort));
    }
    if (!leads && method.endsWith("PersistentSubscriptions/GetInfo")) {
      return refuse(call, Status.UNAVAILABLE, new Metadata());
    }
    boolean append = method.endsWith("ppend");
    ProxiedCall passed =
        new ProxiedCall(
            call, store, () -> append && appends != Appends.PASS, subscriptions::remove);
    if (persistent || method.endsWith("streams.Streams/Read")) {
      subscriptions.add(passed);
    }
    return new SimpleForwardingServerCallListener<>(passed.start(headers)) {
      @Override
      public void onMessage(byte[] message) {
        if (isDenied(method, message)) {
          denials.incrementAndGet();
          passed.end(Status.PERMISSION_DENIED);
        } else if (!append || appends != Appends.LOST) {
          super.onMessage(message);
        }
      }
    };
  }

  private List<Member> members() {
    Member self = new Member(server.port(), leads, true);
    return leads ? List.of(self) : List.of(self, new Member(storePort, true, true));
  }

  /** A node of a cluster, as one of them sees it. */
  record Member(int port, boolean leads, boolean alive) {

    private MemberInfo toProto() {
      MemberInfo.Builder member =
          MemberInfo.newBuilder()
              .setTimeStamp(Ticks.now())
              .setIsAlive(alive)
              .setState(leads ? MemberInfo.VNodeState.Leader : MemberInfo.VNodeState.Follower);
      member.getInstanceIdBuilder().getStructuredBuilder().setLeastSignificantBits(port);
      member.getHttpEndPointBuilder().setAddress("127.0.0.1").setPort(port);
      return member.build();
    }
  }

  /** Answers who is in the cluster, and who leads it. */
  static ServerCall.Listener<byte[]> gossip(ServerCall<byte[], byte[]> call, List<Member> members) {
    ClusterInfo cluster =
        ClusterInfo.newBuilder()
            .addAllMembers(members.stream().map(Member::toProto).toList())
            .build();
    call.request(1);
    return new ServerCall.Listener<>() {
      @Override
      public void onHalfClose() {
        call.sendHeaders(new Metadata());
        call.sendMessage(cluster.toByteArray());
        call.close(Status.OK, new Metadata());
      }
    };
  }

  static ServerCall.Listener<byte[]> refuse(
      ServerCall<byte[], byte[]> call, Status status, Metadata trailers) {
    call.close(status, trailers);
    return new ServerCall.Listener<>() {};
  }

  /** What says that a node is not the leader, and who is. */
  static Metadata leaderAt(int port) {
    Metadata leader = new Metadata();
    leader.put(EXCEPTION, "not-leader");
    leader.put(LEADER_HOST, "127.0.0.1");
    leader.put(LEADER_PORT, String.valueOf(port));
    return leader;
  }

  /** Whether what a stream is read with asks for what comes too: a catch-up subscription. */
  static boolean isSubscription(byte[] read) {
    try {
      return ReadReq.parseFrom(read).getOptions().hasSubscription();
    } catch (InvalidProtocolBufferException _) {
      return false; // the store says what is wrong with it
    }
  }
}
