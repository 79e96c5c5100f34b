package dev.foldline.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent;
import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import com.google.protobuf.Empty;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients may do to a store of 512 MB, which has to serve a correct one at the same time. */
@DisplayName("1.4 Bounded memory")
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BoundedMemoryTest {
  private static final int MEGABYTE = 1 << 20;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int READERS = 20;

  private final KillableStore store;
  private final Wire wire;

  BoundedMemoryTest(@TempDir Path data) throws IOException {
    store = KillableStore.start(data, 1000, false);
    wire = wire();
  }

  /** On a connection of its own. */
  private Wire wire() {
    return new Wire(
        NettyChannelBuilder.forAddress("localhost", store.port()).usePlaintext().build(),
        new Metadata());
  }

  @AfterEach
  void close() {
    wire.close();
    store.close();
  }

  private void servesACorrectClient() {
    try (Wire other = wire()) {
      assertThat(other.append("correct", "any", "e0")).startsWith("ok");
      assertThat(other.read("correct")).isNotEmpty();
    }
  }

  @Test
  @DisplayName("1.4 readers and subscribers that take nothing are not buffered for")
  void slow_readers() {
    String[] streams = {"wide", Wire.ALL};
    try (Wire slow = wire()) {
      for (int i = 0; i < READERS; i++) {
        SlowReader.of(slow, streams[i % 2], Wire.subscription());
      }
      joinWithoutReading(slow, "wide");
      fill("wide", 80 * MEGABYTE);
      for (int i = 0; i < READERS; i++) {
        SlowReader.of(slow, streams[i % 2]);
      }
      servesACorrectClient();
    }
  }

  private void fill(String stream, int bytes) {
    String event = "x".repeat(60_000);
    for (int sent = 0; sent < bytes; sent += 10 * event.length()) {
      var events = IntStream.range(0, 10).mapToObj(_ -> wire.event("e", event, "text/plain"));
      assertThat(Wire.appended(wire.appending(stream, "any", events.toList()))).startsWith("ok");
    }
  }

  private void joinWithoutReading(Wire wire, String stream) {
    var stub = PersistentSubscriptionsGrpc.newStub(wire.channel);
    var create = Persistent.CreateReq.newBuilder();
    create
        .getOptionsBuilder()
        .setGroupName("slow")
        .getStreamBuilder()
        .setStreamIdentifier(Wire.identifier(stream))
        .setStart(Wire.EMPTY);
    create
        .getOptionsBuilder()
        .getSettingsBuilder()
        .setReadBatchSize(1000)
        .setHistoryBufferSize(10_000)
        .setLiveBufferSize(10_000)
        .setMessageTimeoutMs(600_000);
    var created = new Answers<Persistent.CreateResp>();
    stub.create(create.build(), created);
    assertThat(created.await().status().isOk()).isTrue();
    var options = Persistent.ReadReq.newBuilder();
    options
        .getOptionsBuilder()
        .setGroupName("slow")
        .setBufferSize(10_000)
        .setStreamIdentifier(Wire.identifier(stream))
        .getUuidOptionBuilder()
        .setString(Wire.EMPTY);
    stub.read(new SlowReader<>()).onNext(options.build());
  }

  /** The beginning of a message that is not compressed, and of 16,000,000 bytes. */
  private static byte[] beginning(int length) {
    byte[] bytes = new byte[length];
    bytes[2] = (byte) 0xf4;
    bytes[3] = 0x24;
    return bytes;
  }

  /** Waits until so many calls have been refused. */
  private static void refused(Http2Client hostile, int calls) {
    await()
        .atMost(LIMIT)
        .until(() -> hostile.header("grpc-status").filter("14"::equals).count() >= calls);
  }

  private static String path(int call) {
    var method = call % 2 == 0 ? StreamsGrpc.getAppendMethod() : StreamsGrpc.getReadMethod();
    return "/" + method.getFullMethodName();
  }

  @Test
  @DisplayName("1.4 messages of which the end never comes are refused before they fill the memory")
  void half_sent_messages() {
    byte[] half = beginning(2 * MEGABYTE);
    try (var hostile = new Http2Client(store.port())) {
      for (int i = 0; i < 500; i++) {
        hostile.send(path(i), half, false);
      }
      refused(hostile, 1);
      servesACorrectClient();
      refused(hostile, 450);
      servesACorrectClient();
    }
    servesACorrectClient();
  }

  @Test
  @DisplayName("1.4 messages that come byte by byte are refused by what they hold")
  void crumbs() {
    try (var hostile = new Http2Client(store.port())) {
      for (int i = 0; i < 20; i++) {
        hostile.sendCrumbs(path(i), beginning(5), 20_000);
      }
      refused(hostile, 1);
      servesACorrectClient();
    }
    servesACorrectClient();
  }

  private static BatchAppendReq openBatch(Wire wire, String stream) {
    var request = BatchAppendReq.newBuilder().setCorrelationId(Wire.structured(wire.id(stream)));
    request
        .getOptionsBuilder()
        .setAny(Empty.getDefaultInstance())
        .setStreamIdentifier(Wire.identifier(stream));
    return request.build();
  }

  @Test
  @DisplayName("1.4 thousands of calls that never go on cost no one else anything")
  void half_open_calls() {
    try (Wire hostile = wire()) {
      for (int i = 0; i < 5_000; i++) {
        var append = hostile.stub().append(new Answers<AppendResp>());
        if (i % 2 == 0) {
          append.onNext(Wire.options("half-open", "any"));
        }
        var batches = hostile.stub().batchAppend(new Answers<BatchAppendResp>());
        if (i % 2 == 0) {
          batches.onNext(openBatch(hostile, "half-open"));
        }
      }
      servesACorrectClient();
    }
    servesACorrectClient();
    assertThat(wire.read("half-open")).containsExactly("not found");
  }
}
