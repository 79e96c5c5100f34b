package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.proto.gossip.GossipGrpc;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.ClusterInfo;
import com.eventstore.dbclient.proto.serverfeatures.ServerFeaturesGrpc;
import com.eventstore.dbclient.proto.serverfeatures.Serverfeatures.SupportedMethod;
import com.eventstore.dbclient.proto.serverfeatures.Serverfeatures.SupportedMethods;
import com.eventstore.dbclient.proto.shared.Shared;
import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A node that answers as a test has it. */
public final class ScriptedNode implements AutoCloseable {

  /**
   * A call that came.
   *
   * @param user by whose certificate; empty if there was none
   */
  record Came(String method, Metadata headers, String user) {}

  private final Queue<Came> calls = new ConcurrentLinkedQueue<>();
  private final Server server;

  /**
   * @param batches whether it says that it takes many appends by one call
   */
  public ScriptedNode(Features batches, BindableService... services) {
    this(InsecureServerCredentials.create(), batches, services);
  }

  /**
   * @param batches whether it says that it takes many appends by one call
   */
  ScriptedNode(ServerCredentials credentials, Features batches, BindableService... services) {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), credentials)
            .intercept(new Listening());
    switch (batches) {
      case BATCHES, NO_BATCHES -> builder.addService(new ToldFeatures(batches));
      case UNKNOWN -> {}
    }
    List.of(services).forEach(builder::addService);
    try {
      server = builder.build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it says that it can do. */
  public enum Features {
    BATCHES,
    NO_BATCHES,
    /** It does not understand the question. */
    UNKNOWN
  }

  Endpoint endpoint() {
    return new Endpoint("127.0.0.1", server.getPort());
  }

  public String connectionString() {
    return "esdb://" + endpoint() + "?tls=false";
  }

  /** The calls that came, without those by which a client finds out what there is. */
  List<Came> calls() {
    return calls.stream()
        .filter(call -> call.method().startsWith("event_store.client.streams"))
        .toList();
  }

  /** What the last call said of itself; empty if nothing. */
  String last(String header) {
    List<Came> came = calls();
    @Nullable String value = came.isEmpty() ? null : came.getLast().headers().get(ascii(header));
    return value == null ? "" : value;
  }

  /** By whose certificate the last call came; empty if there was none. */
  String lastUser() {
    List<Came> came = calls();
    return came.isEmpty() ? "" : came.getLast().user();
  }

  long times(String method) {
    return calls.stream().filter(call -> call.method().endsWith("/" + method)).count();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static final class ToldFeatures extends ServerFeaturesGrpc.ServerFeaturesImplBase {

    private final Features batches;

    ToldFeatures(Features batches) {
      this.batches = batches;
    }

    @Override
    public void getSupportedMethods(
        Shared.Empty request, StreamObserver<SupportedMethods> answers) {
      SupportedMethods.Builder methods = SupportedMethods.newBuilder();
      if (batches == Features.BATCHES) {
        methods.addMethods(
            SupportedMethod.newBuilder()
                .setServiceName("event_store.client.streams.streams")
                .setMethodName("batchappend"));
      }
      answers.onNext(methods.build());
      answers.onCompleted();
    }
  }

  /** Gossip that is always the same. */
  static final class ToldGossip extends GossipGrpc.GossipImplBase {

    private final ClusterInfo view;

    ToldGossip(ClusterInfo view) {
      this.view = view;
    }

    @Override
    public void read(Shared.Empty request, StreamObserver<ClusterInfo> answers) {
      answers.onNext(view);
      answers.onCompleted();
    }
  }

  private final class Listening implements ServerInterceptor {

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      calls.add(new Came(call.getMethodDescriptor().getFullMethodName(), headers, user(call)));
      return next.startCall(call, headers);
    }
  }

  private static String user(ServerCall<?, ?> call) {
    @Nullable SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    try {
      return session == null ? "" : session.getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException _) {
      return "";
    }
  }

  /** The end of a call by a node that names another one as leader. */
  static RuntimeException notLeader(String host, String port) {
    Metadata trailers = new Metadata();
    trailers.put(ascii("exception"), "not-leader");
    trailers.put(ascii("leader-endpoint-host"), host);
    trailers.put(ascii("leader-endpoint-port"), port);
    return Status.NOT_FOUND.asRuntimeException(trailers);
  }

  static Metadata.Key<String> ascii(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
