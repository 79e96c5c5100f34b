package dev.foldline.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.StreamMetadata;
import com.eventstore.dbclient.WrongExpectedVersionException;
import com.eventstore.dbclient.proto.gossip.GossipGrpc;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo.VNodeState;
import com.eventstore.dbclient.proto.projections.Projectionmanagement.StatisticsReq;
import com.eventstore.dbclient.proto.projections.Projectionmanagement.StatisticsResp;
import com.eventstore.dbclient.proto.projections.ProjectionsGrpc;
import com.eventstore.dbclient.proto.serverfeatures.ServerFeaturesGrpc;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import io.grpc.Metadata;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(StoreExtension.class)
@DisplayName("1 Connection, discovery, headers, errors")
class ConnectionTest {
  private static final int HIGHEST_PORT = 32_767;

  private final EmbeddedEventStore store;
  private final Wire wire;

  ConnectionTest(EmbeddedEventStore store, Wire wire) {
    this.store = store;
    this.wire = wire;
  }

  private static EventData event(String type) {
    return EventData.builderAsJson(type, "{}".getBytes(UTF_8)).eventId(UUID.randomUUID()).build();
  }

  @Test
  @DisplayName("1.1 the official client connects, appends, reads and sees its exceptions")
  void official_client() throws Exception {
    try (Client client = new Client(store.connectionString())) {
      client.append("official-1", ExpectedRevision.noStream(), event("a"));
      assertThat(client.read("official-1")).isEqualTo(1);
      try {
        client.append("official-1", ExpectedRevision.noStream(), event("b"));
      } catch (ExecutionException e) {
        assertThat(e.getCause()).isInstanceOf(WrongExpectedVersionException.class);
        return;
      }
      throw new AssertionError("No WrongExpectedVersionException");
    }
  }

  @Test
  @DisplayName("1.2 the official client finds the store by gossip")
  void gossip_discovery() throws Exception {
    try (Client client =
        new Client("esdb+discover://localhost:%d?tls=false".formatted(store.port()))) {
      client.append("official-2", ExpectedRevision.any(), event("a"));
      assertThat(client.read("official-2")).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("3.6 the official client writes and reads metadata")
  void metadata() throws Exception {
    try (Client client = new Client(store.connectionString())) {
      StreamMetadata metadata = new StreamMetadata();
      metadata.setMaxCount(2L);
      client.client.setStreamMetadata("official-3", metadata).get(Wire.SECONDS, TimeUnit.SECONDS);
      metadata.setMaxCount(3L);
      client.client.setStreamMetadata("official-3", metadata).get(Wire.SECONDS, TimeUnit.SECONDS);
      assertThat(
              client
                  .client
                  .getStreamMetadata("official-3")
                  .get(Wire.SECONDS, TimeUnit.SECONDS)
                  .getMaxCount())
          .isEqualTo(3L);
    }
  }

  /** The official client, closed whatever happens. */
  private record Client(EventStoreDBClient client) implements AutoCloseable {
    Client(String connectionString) {
      this(EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(connectionString)));
    }

    void append(String stream, ExpectedRevision expected, EventData event) throws Exception {
      client
          .appendToStream(stream, AppendToStreamOptions.get().expectedRevision(expected), event)
          .get(Wire.SECONDS, TimeUnit.SECONDS);
    }

    int read(String stream) throws Exception {
      return client
          .readStream(stream, ReadStreamOptions.get())
          .get(Wire.SECONDS, TimeUnit.SECONDS)
          .getEvents()
          .size();
    }

    @Override
    public void close() {
      client.shutdown().join();
    }
  }

  @Test
  @DisplayName("1.1 a free port lies below 32768")
  void port() {
    assertThat(store.port()).isLessThanOrEqualTo(HIGHEST_PORT);
  }

  @Test
  @DisplayName(
      "1.3 features: lower case, all methods of the streams service, a version of three parts below 25")
  void features() {
    var methods = ServerFeaturesGrpc.newBlockingStub(wire.channel).getSupportedMethods(Wire.EMPTY);
    assertThat(methods.getEventStoreServerVersion()).matches("24\\.\\d+\\.\\d+");
    assertThat(methods.getMethodsList())
        .filteredOn(method -> method.getServiceName().equals("event_store.client.streams.streams"))
        .extracting(method -> method.getMethodName() + method.getFeaturesList())
        .containsExactlyInAnyOrder(
            "read[position, events]",
            "append[]",
            "delete[]",
            "tombstone[]",
            "batchappend[deadline_duration]");
  }

  @Test
  @DisplayName("7 gossip: one living leader that can be dialled")
  void gossip() {
    var member = GossipGrpc.newBlockingStub(wire.channel).read(Wire.EMPTY).getMembers(0);
    assertThat(member.getState()).isEqualTo(VNodeState.Leader);
    assertThat(member.getIsAlive()).isTrue();
    assertThat(member.getHttpEndPoint().getPort()).isEqualTo(store.port());
    assertThat(member.getInstanceId().hasStructured()).isTrue();
  }

  @Test
  @DisplayName(
      "1.5 a call whose time is over ends with DEADLINE_EXCEEDED in trailers, a stream too")
  void deadlines() {
    var request = Wire.reading("deadline");
    Wire.subscription().accept(request.getOptionsBuilder());
    assertThat(
            RawCall.make(
                wire.channel, StreamsGrpc.getReadMethod(), request.build().toByteArray(), "300m"))
        .isEqualTo("DEADLINE_EXCEEDED");
    assertThat(
            RawCall.make(
                wire.channel, StreamsGrpc.getReadMethod(), request.build().toByteArray(), "1n"))
        .isEqualTo("DEADLINE_EXCEEDED");
  }

  @Test
  @DisplayName("1.5 requires-leader, connection-name and headers of one's own are ignored")
  void headers() {
    Metadata headers = new Metadata();
    for (String name : List.of("requires-leader", "connection-name", "x-custom")) {
      headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), "true");
    }
    assertThat(new Wire(wire.channel, headers).append("with-headers", "any", "e0"))
        .isEqualTo("ok 0");
  }

  @Test
  @DisplayName("1.4, 9.7 an unknown method or service is UNIMPLEMENTED")
  void unknown() {
    var statistics = new Answers<StatisticsResp>();
    ProjectionsGrpc.newStub(wire.channel)
        .statistics(StatisticsReq.getDefaultInstance(), statistics);
    assertThat(statistics.await().error()).isEqualTo("UNIMPLEMENTED");
  }

  @Test
  @DisplayName("9.11 the paths of methods are case-sensitive")
  void paths_are_case_sensitive() {
    try (var client = new Http2Client(store.port())) {
      client.call("/event_store.client.gossip.Gossip/read", "application/grpc");
      await()
          .atMost(Duration.ofSeconds(Wire.SECONDS))
          .until(() -> client.header("grpc-status").toList().equals(List.of("12")));
    }
  }

  @Test
  @DisplayName(
      "1.8 when the server stops, streams end with UNAVAILABLE, and a half-sent append too")
  void shutdown() {
    EmbeddedEventStore other = EmbeddedEventStore.builder().start();
    try (Wire toOther = new Wire(other)) {
      var feed = toOther.open("s", Wire.subscription());
      feed.until(seen -> !seen.messages().isEmpty());
      var append = new Answers<AppendResp>();
      toOther.stub().append(append).onNext(Wire.options("s", "any"));
      toOther.append("t", "any", "e0");
      other.close();
      assertThat(feed.await().error()).isEqualTo("UNAVAILABLE");
      assertThat(append.await().error()).isEqualTo("UNAVAILABLE");
    }
  }
}
