package dev.foldline.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(StoreExtension.class)
@DisplayName("Hostile input")
class HostileInputTest {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final long SEED = 42;

  private final EmbeddedEventStore store;
  private final Wire wire;
  private final LoggedWarnings warnings = new LoggedWarnings();

  HostileInputTest(EmbeddedEventStore store, Wire wire) {
    this.store = store;
    this.wire = wire;
  }

  @AfterEach
  void servesACorrectClientAndLogsNothing() {
    String stream = "correct-" + COUNT.incrementAndGet();
    assertThat(wire.append(stream, "no_stream", "e0")).isEqualTo("ok 0");
    assertThat(wire.read(stream)).hasSize(1);
    warnings.close();
    assertThat(warnings.messages()).isEmpty();
  }

  /** The store ends some of these calls, each so; the rest are over when this returns. */
  private static void someEndUnavailable(List<? extends Answers<?>> calls) {
    calls.getLast().until(_ -> calls.stream().anyMatch(Answers::ended));
    assertThat(calls.stream().filter(Answers::ended).map(Answers::error))
        .containsOnly("UNAVAILABLE");
    calls.forEach(Answers::cancel);
    calls.forEach(Answers::await);
  }

  @Test
  @DisplayName("a message that is too large, or of which the rest never comes, ends its call")
  void huge_messages() {
    var answers = new Answers<AppendResp>();
    wire.stub().append(answers).onNext(Wire.options("n".repeat(17 << 20), "any"));
    assertThat(answers.await().error()).isEqualTo("RESOURCE_EXHAUSTED");
    try (var client = new Http2Client(store.port())) {
      byte[] tooLong = {0, 0x7f, 0, 0, 0, 1};
      for (int i = 0; i < 20; i++) {
        client.send("/" + StreamsGrpc.getAppendMethod().getFullMethodName(), tooLong, false);
      }
      answers.until(_ -> client.header("grpc-status").filter("8"::equals).count() == 20);
    }
  }

  @Test
  @DisplayName("huge names of half-open appends and subscriptions count as what they hold")
  void huge_names() {
    String huge = "n".repeat(4 << 20);
    List<Answers<?>> calls = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      var append = new Answers<AppendResp>();
      wire.stub().append(append).onNext(Wire.options(huge, "any"));
      calls.addAll(List.of(append, wire.open(huge, Wire.subscription())));
    }
    calls.getLast().until(_ -> calls.stream().anyMatch(Answers::ended));
    assertThat(wire.append("meanwhile", "any", "e0")).startsWith("ok");
    someEndUnavailable(calls);
  }

  @Test
  @DisplayName("calls that are reset at any moment are forgotten")
  void resets() {
    for (int i = 0; i < 500; i++) {
      Answers<ReadResp> read = wire.open(i % 2 == 0 ? Wire.ALL : "reset", Wire.subscription());
      var append = new Answers<AppendResp>();
      wire.stub().append(append).onNext(Wire.options("reset", "any"));
      read.cancel();
      append.cancel();
    }
  }

  @Test
  @DisplayName("what was sent of a call that is reset is forgotten")
  void half_sent_resets() {
    byte[] half = new byte[1 << 20];
    // Of a message of 16,000,000 bytes that is not compressed.
    half[2] = (byte) 0xf4;
    half[3] = 0x24;
    try (var client = new Http2Client(store.port())) {
      for (int i = 0; i < 200; i++) {
        var method = i % 2 == 0 ? StreamsGrpc.getAppendMethod() : StreamsGrpc.getReadMethod();
        client.sendAndReset("/" + method.getFullMethodName(), half);
      }
    }
  }

  @Test
  @DisplayName("compressed requests count as what they are when decompressed")
  void compressed_names() {
    var subscription = Wire.reading("n".repeat(4 << 20));
    Wire.subscription().accept(subscription.getOptionsBuilder());
    List<Answers<ReadResp>> calls = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      var answers = new Answers<ReadResp>();
      wire.stub().withCompression("gzip").read(subscription.build(), answers);
      calls.add(answers);
    }
    someEndUnavailable(calls);
  }

  @Test
  @DisplayName("random bytes as a message of any method get a status")
  void garbage_messages() {
    Random random = new Random(SEED);
    Set<String> allowed =
        Set.of("UNKNOWN", "INVALID_ARGUMENT", "FAILED_PRECONDITION wrong-expected-version", "OK");
    for (MethodDescriptor<?, ?> method : StreamsGrpc.getServiceDescriptor().getMethods()) {
      for (int i = 0; i < 50; i++) {
        byte[] garbage = new byte[random.nextInt(64)];
        random.nextBytes(garbage);
        assertThat(RawCall.make(wire.channel, method, garbage, "5S")).isIn(allowed);
      }
    }
  }

  @Test
  @DisplayName("an append with a message that is no message leaves nothing")
  void garbage_behind_an_event() {
    List<byte[]> requests =
        List.of(
            Wire.options("half-understood", "any").toByteArray(),
            AppendReq.newBuilder()
                .setProposedMessage(wire.event("e", "{}", "application/json"))
                .build()
                .toByteArray(),
            new byte[] {-1, -1, -1});

    assertThat(RawCall.make(wire.channel, StreamsGrpc.getAppendMethod(), requests, "9S"))
        .isEqualTo("UNKNOWN");

    assertThat(wire.append("half-understood", "no_stream", "e0")).isEqualTo("ok 0");
  }

  @Test
  @DisplayName("random bytes instead of HTTP/2 end the connection")
  void garbage_frames() throws IOException {
    Random random = new Random(SEED);
    for (int i = 0; i < 50; i++) {
      try (Socket socket = new Socket("localhost", store.port())) {
        OutputStream out = socket.getOutputStream();
        if (i % 2 == 0) {
          out.write(
              "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
                  .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
        byte[] garbage = new byte[1024];
        random.nextBytes(garbage);
        out.write(garbage);
      } catch (IOException _) {
        // The server may close first.
      }
    }
  }

  @Test
  @DisplayName(
      "thousands of half-sent appends are refused before they fill the memory, and leave nothing")
  void half_sent_appends() {
    String large = "x".repeat(900_000);
    List<Answers<AppendResp>> calls = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      var answers = new Answers<AppendResp>();
      var requests = wire.stub().append(answers);
      requests.onNext(Wire.options("half-sent", "any"));
      requests.onNext(
          AppendReq.newBuilder().setProposedMessage(wire.event("e", large, "text/plain")).build());
      calls.add(answers);
    }
    someEndUnavailable(calls);
    assertThat(wire.read("half-sent")).containsExactly("not found");
  }

  @Test
  @DisplayName(
      "thousands of idle subscriptions cost no one else anything, and are forgotten when cancelled")
  void many_subscriptions() {
    List<Answers<ReadResp>> feeds = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      feeds.add(wire.open("crowd-" + i % 10, Wire.subscription()));
    }
    feeds.forEach(feed -> feed.until(seen -> seen.messages().size() == 2));
    wire.append("crowd-0", "any", "e0");
    for (int i = 0; i < 2000; i += 10) {
      feeds.get(i).until(seen -> seen.messages().size() == 3);
    }
    feeds.forEach(Answers::cancel);
  }

  @Test
  @DisplayName("9.3 a regular expression that takes for ever is ended")
  void catastrophic_expression() {
    wire.append("a".repeat(60), "any", "e0");
    var slow =
        Wire.filter(filter -> filter.getStreamIdentifierBuilder().setRegex("^(a|aa)+(b|\\1)c$"));
    assertThat(wire.read(Wire.ALL, slow)).last().isEqualTo("UNKNOWN");
  }

  @Test
  @DisplayName("a name of a megabyte is a name like any other")
  void huge_name() {
    String name = "n".repeat(1 << 20);
    assertThat(wire.append(name, "no_stream", "e0")).isEqualTo("ok 0");
    assertThat(wire.read(name)).hasSize(1);
  }

  @Test
  @DisplayName("metadata nested too deep, or otherwise no metadata, means nothing")
  void deep_metadata() {
    wire.append("deep", "any", "e0", "e1");
    wire.metadata("deep", "{\"$maxCount\":1,\"x\":" + "[".repeat(100_000));
    assertThat(wire.read("deep")).hasSize(2);
  }
}
