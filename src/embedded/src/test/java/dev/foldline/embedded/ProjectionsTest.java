package dev.foldline.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("8 System projections")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProjectionsTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final EmbeddedEventStore store = EmbeddedEventStore.builder().start();
  private final Wire wire = new Wire(store);

  @AfterAll
  void close() {
    wire.close();
    store.close();
  }

  private static List<String> targets(Wire wire, String stream) {
    return wire.open(stream).await().messages().stream()
        .filter(ReadResp::hasEvent)
        .map(read -> read.getEvent().getEvent().getData().toStringUtf8())
        .toList();
  }

  private static void eventually(Runnable assertion) {
    Awaitility.await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(assertion::run);
  }

  @Test
  @DisplayName("8 $ce-: by the text before the first dash, deletions too, metadata not")
  void by_category() {
    wire.append("cat-1-2", "any", "e0", "e1");
    wire.append("cat-2", "any", "e0");
    wire.append("-cat", "any", "e0");
    wire.append("cat", "any", "e0");
    wire.metadata("cat-2", "{\"k\":1}");
    wire.delete("cat-1-2", "any");
    wire.tombstone("cat-2", "any");
    eventually(
        () ->
            assertThat(targets(wire, "$ce-cat"))
                .containsExactly(
                    "0@cat-1-2",
                    "1@cat-1-2",
                    "0@cat-2",
                    "0@$$cat-1-2",
                    "9223372036854775807@cat-2"));
    assertThat(wire.read("$ce-")).containsExactly("not found");
  }

  @Test
  @DisplayName("8 a link event of a user's is copied to $ce- with its own payload, and not to $et-")
  void user_links() {
    wire.append("linked-1", "any", "e0");
    wire.link("linked-2", "0@linked-1");
    wire.append("linked-3", "any", "after-the-link");
    eventually(
        () ->
            assertThat(targets(wire, "$ce-linked"))
                .containsExactly("0@linked-1", "0@linked-1", "0@linked-3"));
    assertThat(targets(wire, "$et-$>")).isEmpty();
  }

  @Test
  @DisplayName("8 $et-: a link per event, metadata and deletions under the user stream's name")
  void by_type() {
    wire.append("typed-1", "any", "type-of-mine");
    wire.append("$typed", "any", "type-of-mine");
    wire.metadata("typed-1", "{\"k\":1}");
    wire.delete("typed-1", "any");
    eventually(() -> assertThat(targets(wire, "$et-$deleted")).contains("1@typed-1"));
    assertThat(targets(wire, "$et-type-of-mine")).containsExactly("0@typed-1");
    assertThat(targets(wire, "$et-$metadata")).contains("0@typed-1");
  }

  @Test
  @DisplayName("8 an event that says it is JSON but isn't leads to no links")
  void invalid_json() {
    for (String data : List.of("", "x", "{\"k\":", "{} {}")) {
      wire.appending("invalid-1", "any", List.of(wire.event("invalid", data, "application/json")));
    }
    wire.appending("invalid-1", "any", List.of(wire.event("invalid", "5", "application/json")));
    wire.appending(
        "invalid-1", "any", List.of(wire.event("invalid", "x", "application/octet-stream")));
    eventually(
        () ->
            assertThat(targets(wire, "$et-invalid")).containsExactly("4@invalid-1", "5@invalid-1"));
    assertThat(targets(wire, "$ce-invalid")).containsExactly("4@invalid-1", "5@invalid-1");
    assertThat(targets(wire, "$streams")).doesNotContain("0@invalid-1");
  }

  @Test
  @DisplayName("8 $streams: 0@stream at each stream's first event, metastreams of user streams too")
  void streams() {
    wire.append("listed", "any", "e0", "e1");
    wire.metadata("listed", "{}");
    eventually(
        () ->
            assertThat(targets(wire, "$streams"))
                .contains("0@listed", "0@$$listed")
                .doesNotHaveDuplicates());
  }

  @Test
  @DisplayName(
      "8 links are not JSON and carry position, origin, cause and correlation of their source")
  void link_shape() {
    var event =
        wire.event("e0#cause").toBuilder()
            .setCustomMetadata(
                com.google.protobuf.ByteString.copyFromUtf8("{\"$correlationId\":\"c\"}"))
            .build();
    wire.appending("shaped-1", "any", List.of(event));
    eventually(() -> assertThat(targets(wire, "$ce-shaped")).hasSize(1));
    var link = wire.open("$ce-shaped").await().messages().getFirst().getEvent().getEvent();
    assertThat(link.getMetadataMap()).containsEntry("content-type", "application/octet-stream");
    assertThat(link.getCustomMetadata().toStringUtf8())
        .matches(
            "\\{\"\\$v\":.*\"\\$c\":\\d+,\"\\$p\":\\d+,\"\\$o\":\"shaped-1\",\"\\$causedBy\":.*\"\\$correlationId\":\"c\"}")
        .contains(wire.id("cause").toString());
  }

  @Test
  @DisplayName("8 after a restart, or a time without, they go on without gap or duplicate")
  void restarts(@TempDir Path data) {
    for (boolean on : new boolean[] {true, false, true}) {
      try (var durable =
              EmbeddedEventStore.builder().data(data).fsync(false).projections(on).start();
          Wire toDurable = new Wire(durable)) {
        for (int i = 0; i < 50; i++) {
          toDurable.append("again-" + UUID.randomUUID(), "any", "e0");
        }
      }
    }
    try (var durable = EmbeddedEventStore.builder().data(data).start();
        Wire toDurable = new Wire(durable)) {
      eventually(() -> assertThat(targets(toDurable, "$ce-again")).hasSize(150));
      assertThat(targets(toDurable, "$ce-again")).doesNotHaveDuplicates();
      assertThat(targets(toDurable, "$streams")).hasSize(150).doesNotHaveDuplicates();
    }
  }
}
