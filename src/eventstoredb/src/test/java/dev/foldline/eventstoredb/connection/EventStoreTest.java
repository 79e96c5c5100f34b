package dev.foldline.eventstoredb.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.DeleteStreamOptions;
import com.eventstore.dbclient.proto.gossip.GossipGrpc;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.ClusterInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.EndPoint;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo.VNodeState;
import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import dev.foldline.core.Appended;
import dev.foldline.core.Failure;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.embedded.EmbeddedEventStore;
import dev.foldline.testing.EventStoreServer;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The connection to the event store")
class EventStoreTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final String stream = EventStoreServer.unique("a");

  private static <T> T get(Uni<T> uni) {
    return uni.await().atMost(PATIENCE);
  }

  private static StoredEvent event() {
    return new StoredEvent(UUID.randomUUID(), "e", "{}".getBytes(UTF_8), new byte[0]);
  }

  @Test
  void comes_back_with_the_store_however_long_it_was_away() {
    try (var server = EventStoreServer.start();
        EventStore store = new EventStore(server.connectionString(), Duration.ofSeconds(5))) {
      get(store.append(stream, -1, List.of(event())));
      server.stop();
      for (int failed = 0; failed < 20; failed++) {
        assertThatThrownBy(() -> get(store.ping())).isInstanceOf(Unavailable.class);
      }

      server.comeBack();
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(Failure.class)
          .until(() -> get(store.append(stream, -1, List.of(event()))).revision() == 0);
    }
  }

  @Test
  void bounds_every_call_to_a_store_that_does_not_answer() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        EventStore store =
            new EventStore(
                "esdb://localhost:" + silent.getLocalPort() + "?tls=false",
                Duration.ofMillis(200))) {
      assertThatThrownBy(() -> get(store.remaining(stream, 0, 1))).isInstanceOf(Unavailable.class);
      assertThatThrownBy(() -> get(store.append(stream, -1, List.of(event()))))
          .isInstanceOf(Unavailable.class);
    }
  }

  @Test
  void asks_the_leader_whichever_node_it_is_told_to_prefer() throws Exception {
    try (var leader = EmbeddedEventStore.builder().start();
        var follower = new Follower(leader.port());
        EventStore writer = new EventStore(follower.preferred(), Duration.ofSeconds(5));
        EventStore reader = new EventStore(follower.preferred(), Duration.ofSeconds(5))) {
      get(writer.append("a", -1, List.of(event())));

      assertThat(get(reader.remaining("a", 0, 10))).hasSize(1);
      await()
          .atMost(PATIENCE)
          .until(() -> get(writer.append("b", List.of(event()))).revision() == 2);
      assertThat(get(reader.remaining("b", 0, 10))).hasSize(3);
    }
  }

  @Test
  void goes_to_the_leader_that_the_one_node_names_which_it_knows() throws Exception {
    try (var leader = EmbeddedEventStore.builder().start();
        var follower = new Follower(leader.port());
        EventStore store = new EventStore(follower.alone(), Duration.ofSeconds(5))) {
      assertThat(get(store.append("a", -1, List.of(event()))).revision()).isZero();

      assertThat(get(store.remaining("a", 0, 10))).hasSize(1);
    }
  }

  /**
   * A node of a cluster of two that is behind: it has no events, and serves who asks for no leader.
   */
  private static final class Follower implements AutoCloseable {

    private static final Metadata.Key<String> LEADER = ascii("requires-leader");

    private final int leader;
    private final Server server;

    Follower(int leader) throws IOException {
      this.leader = leader;
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress("localhost", 0))
              .addService(ServerInterceptors.intercept(new Empty(), new NotLeader()))
              .addService(new Gossip())
              .build()
              .start();
    }

    String preferred() {
      return "esdb+discover://localhost:%d?tls=false&NodePreference=follower"
          .formatted(server.getPort());
    }

    String alone() {
      return "esdb://localhost:%d?nodePreference=follower&tls=false".formatted(server.getPort());
    }

    private static Metadata.Key<String> ascii(String name) {
      return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    @Override
    public void close() {
      server.shutdownNow();
    }

    private static final class Empty extends StreamsGrpc.StreamsImplBase {

      @Override
      public void read(ReadReq request, StreamObserver<ReadResp> answers) {
        answers.onCompleted();
      }
    }

    private final class NotLeader implements ServerInterceptor {

      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!"true".equals(headers.get(LEADER))) {
          return next.startCall(call, headers);
        }
        Metadata trailers = new Metadata();
        trailers.put(ascii("exception"), "not-leader");
        trailers.put(ascii("leader-endpoint-host"), "localhost");
        trailers.put(ascii("leader-endpoint-port"), Integer.toString(leader));
        call.close(Status.NOT_FOUND, trailers);
        return new ServerCall.Listener<>() {};
      }
    }

    private final class Gossip extends GossipGrpc.GossipImplBase {

      @Override
      public void read(Shared.Empty request, StreamObserver<ClusterInfo> answers) {
        answers.onNext(
            ClusterInfo.newBuilder()
                .addMembers(member(VNodeState.Leader, leader))
                .addMembers(member(VNodeState.Follower, server.getPort()))
                .build());
        answers.onCompleted();
      }

      private MemberInfo.Builder member(VNodeState state, int port) {
        return MemberInfo.newBuilder()
            .setState(state)
            .setIsAlive(true)
            .setInstanceId(
                Shared.UUID
                    .newBuilder()
                    .setStructured(
                        Shared.UUID.Structured.newBuilder().setLeastSignificantBits(port)))
            .setHttpEndPoint(EndPoint.newBuilder().setAddress("localhost").setPort(port));
      }
    }
  }

  @Test
  void tells_no_position_of_a_repeat_whose_events_were_deleted() throws Exception {
    try (var server = EventStoreServer.start();
        EventStore store = new EventStore(server.connectionString(), Duration.ofSeconds(5));
        EventStore other = new EventStore(server.connectionString(), Duration.ofSeconds(5))) {
      List<StoredEvent> events = List.of(event());
      get(store.append(stream, -1, events));
      server.client().deleteStream(stream, DeleteStreamOptions.get()).get(20, TimeUnit.SECONDS);

      assertThat(get(other.append(stream, -1, events))).isEqualTo(new Appended(0, -1));
      assertThat(get(store.append(stream, -1, events))).isEqualTo(new Appended(0, -1));
    }
  }

  @Test
  void answers_on_the_callers_context() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (var server = EventStoreServer.start();
        EventStore store = new EventStore(server.connectionString(), Duration.ofSeconds(5))) {
      Context context = vertx.getOrCreateContext();
      CompletableFuture<Context> answered = new CompletableFuture<>();
      context.runOnContext(
          _ ->
              store
                  .remaining(stream, 0, 1)
                  .subscribe()
                  .with(
                      _ -> answered.complete(Vertx.currentContext()),
                      answered::completeExceptionally));

      assertThat(answered.get(20, TimeUnit.SECONDS)).isSameAs(context);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
  }

  /** As of a stream whose first events are too old. */
  private static final class Remarking extends StreamsGrpc.StreamsImplBase {

    @Override
    public void read(ReadReq request, StreamObserver<ReadResp> answers) {
      for (int i = 0; i < 100; i++) {
        answers.onNext(ReadResp.newBuilder().setFirstStreamPosition(i).build());
      }
      answers.onNext(ReadResp.newBuilder().setLastStreamPosition(100).build());
      answers.onCompleted();
    }
  }

  @Test
  void reads_to_the_end_whatever_the_store_remarks_on_the_way() {
    try (ScriptedNode node = new ScriptedNode(ScriptedNode.Features.NO_BATCHES, new Remarking());
        EventStore store = new EventStore(node.connectionString(), Duration.ofSeconds(5))) {
      assertThat(store.remaining("a", 1, 1).await().atMost(PATIENCE)).isEmpty();
    }
  }

  @Test
  void admits_few_calls_while_the_store_is_away_and_all_once_it_is_back() {
    Circuit circuit = new Circuit(3, Duration.ofMillis(50));
    for (int i = 0; i < 3; i++) {
      assertThat(circuit.admits()).isTrue();
      circuit.ended(true);
    }
    assertThat(circuit.admits()).isFalse();
    await().atMost(PATIENCE).until(circuit::admits);
    assertThat(circuit.admits()).isFalse();
    circuit.ended(false);

    assertThat(circuit.admits()).isTrue();
    assertThat(circuit.admits()).isTrue();
  }
}
