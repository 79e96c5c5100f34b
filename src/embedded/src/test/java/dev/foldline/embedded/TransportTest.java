package dev.foldline.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(StoreExtension.class)
@DisplayName("1.4 Transport")
class TransportTest {
  private static final String GOSSIP = "/event_store.client.gossip.Gossip/Read";
  private static final Duration SOON = Duration.ofSeconds(Wire.SECONDS);

  private final EmbeddedEventStore store;
  private final Wire wire;

  TransportTest(EmbeddedEventStore store, Wire wire) {
    this.store = store;
    this.wire = wire;
  }

  @Test
  @DisplayName("1.4 pings are answered at any rate, on a connection without calls too")
  void answers_pings() {
    try (var client = new Http2Client(store.port())) {
      for (int i = 1; i <= 100; i++) {
        client.ping(i);
      }
      await().atMost(SOON).until(() -> client.received("Ping") == 100);
      client.call(GOSSIP, "application/grpc");
      await().atMost(SOON).until(() -> client.header("grpc-status").toList().equals(List.of("0")));
      assertThat(client.received("GoAway")).isZero();
    }
  }

  @Test
  @DisplayName("1.4 the server pings an idle connection")
  void pings() {
    try (var client = new Http2Client(store.port())) {
      await().atMost(Duration.ofSeconds(30)).until(() -> client.received("Ping") > 0);
    }
  }

  @ParameterizedTest(name = "1.4 the content type {0} is gRPC")
  @ValueSource(strings = {"application/grpc", "application/grpc+proto"})
  void grpc_content_types(String contentType) {
    try (var client = new Http2Client(store.port())) {
      client.call(GOSSIP, contentType);
      await().atMost(SOON).until(() -> client.header("grpc-status").toList().equals(List.of("0")));
      assertThat(client.header(":status")).containsExactly("200");
      assertThat(client.received("Data")).isPositive();
    }
  }

  @ParameterizedTest(name = "1.4 the content type {0} is HTTP 415 with grpc-status 13")
  @ValueSource(strings = {"application/json", "text/plain"})
  void other_content_types(String contentType) {
    try (var client = new Http2Client(store.port())) {
      client.call(GOSSIP, contentType);
      await().atMost(SOON).until(() -> client.header("grpc-status").toList().equals(List.of("13")));
      assertThat(client.header(":status")).containsExactly("415");
    }
  }

  @Test
  @DisplayName("1.4 an unparsable message is UNKNOWN, and nothing that the log should speak of")
  void unparsable() {
    try (var warnings = new LoggedWarnings()) {
      byte[] garbage = {-1, -1, -1};
      for (var method :
          List.of(
              StreamsGrpc.getDeleteMethod(),
              StreamsGrpc.getReadMethod(),
              StreamsGrpc.getAppendMethod(),
              StreamsGrpc.getBatchAppendMethod())) {
        assertThat(RawCall.make(wire.channel, method, garbage, "9S")).isEqualTo("UNKNOWN");
      }
      assertThat(warnings.messages()).isEmpty();
    }
  }
}
