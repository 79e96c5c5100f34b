package dev.foldline.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.eventstore.dbclient.proto.gossip.GossipOuterClass.ClusterInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.EndPoint;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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
  private Server server;
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
    this.store =
        NettyChannelBuilder.forAddress("127.0.0.1", storePort)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    this.server = start(0);
  }

  private static Metadata.Key<String> text(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private Server start(int port) {
    try {
      return NettyServerBuilder.forAddress(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
          .fallbackHandlerRegistry(new EveryMethod(this::pass))
          .permitKeepAliveTime(1, TimeUnit.SECONDS)
          .build()
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The way to the store through here. */
  public String connectionString() {
    return "esdb+discover://127.0.0.1:" + server.getPort() + "?tls=false";
  }

  /** Breaks every connection; those that follow work. */
  public void breakConnections() {
    int port = server.getPort();
    stop();
    server = start(port);
  }

  private void stop() {
    try {
      server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
    stop();
    store.shutdownNow();
  }

  private ServerCall.Listener<byte[]> pass(ServerCall<byte[], byte[]> call, Metadata headers) {
    String method = call.getMethodDescriptor().getFullMethodName();
    boolean persistent = method.endsWith("PersistentSubscriptions/Read");
    if (method.endsWith("gossip.Gossip/Read")) {
      return gossip(call);
    }
    if (!leads && (persistent || method.endsWith("PersistentSubscriptions/Create"))) {
      return refuse(call, Status.NOT_FOUND, leader());
    }
    if (!leads && method.endsWith("PersistentSubscriptions/GetInfo")) {
      return refuse(call, Status.UNAVAILABLE, new Metadata());
    }
    ClientCall<byte[], byte[]> onwards =
        store.newCall(call.getMethodDescriptor(), CallOptions.DEFAULT);
    boolean append = method.endsWith("ppend");
    ProxiedCall passed =
        new ProxiedCall(
            call, onwards, () -> append && appends != Appends.PASS, subscriptions::remove);
    if (persistent || method.endsWith("streams.Streams/Read")) {
      subscriptions.add(passed);
    }
    onwards.start(passed, headers);
    onwards.request(Integer.MAX_VALUE);
    call.request(Integer.MAX_VALUE);
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(byte[] message) {
        if (isDenied(method, message)) {
          denials.incrementAndGet();
          passed.end(Status.PERMISSION_DENIED);
        } else if (!append || appends != Appends.LOST) {
          onwards.sendMessage(message);
        }
      }

      @Override
      public void onHalfClose() {
        onwards.halfClose();
      }

      @Override
      public void onCancel() {
        subscriptions.remove(passed);
        onwards.cancel("its client went away", null);
      }
    };
  }

  private static ServerCall.Listener<byte[]> refuse(
      ServerCall<byte[], byte[]> call, Status status, Metadata trailers) {
    call.close(status, trailers);
    return new ServerCall.Listener<>() {};
  }

  /** Who is in the cluster, and who leads it. */
  private ServerCall.Listener<byte[]> gossip(ServerCall<byte[], byte[]> call) {
    ClusterInfo.Builder cluster = ClusterInfo.newBuilder();
    cluster.addMembers(member(server.getPort(), leads));
    if (!leads) {
      cluster.addMembers(member(storePort, true));
    }
    call.request(1);
    return new ServerCall.Listener<>() {
      @Override
      public void onHalfClose() {
        call.sendHeaders(new Metadata());
        call.sendMessage(cluster.build().toByteArray());
        call.close(Status.OK, new Metadata());
      }
    };
  }

  private static MemberInfo member(int port, boolean leads) {
    return MemberInfo.newBuilder()
        .setIsAlive(true)
        .setState(leads ? MemberInfo.VNodeState.Leader : MemberInfo.VNodeState.Follower)
        .setHttpEndPoint(EndPoint.newBuilder().setAddress("127.0.0.1").setPort(port))
        .build();
  }

  private Metadata leader() {
    Metadata leader = new Metadata();
    leader.put(EXCEPTION, "not-leader");
    leader.put(LEADER_HOST, "127.0.0.1");
    leader.put(LEADER_PORT, String.valueOf(storePort));
    return leader;
  }
}
