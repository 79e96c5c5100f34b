package dev.foldline.embedded;

import static dev.foldline.embedded.Wire.ALL;
import static dev.foldline.embedded.Wire.MAX;
import static dev.foldline.embedded.Wire.at;
import static dev.foldline.embedded.Wire.backwards;
import static dev.foldline.embedded.Wire.compatible;
import static dev.foldline.embedded.Wire.count;
import static dev.foldline.embedded.Wire.filter;
import static dev.foldline.embedded.Wire.fromEnd;
import static dev.foldline.embedded.Wire.resolved;
import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(StoreExtension.class)
@DisplayName("3 Reads")
class ReadTest {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final String DELETED = "FAILED_PRECONDITION stream-deleted";

  private final Wire wire;
  private String s = "";

  ReadTest(Wire wire) {
    this.wire = wire;
  }

  @BeforeEach
  void freshStream() {
    s = "read-" + COUNT.incrementAndGet();
  }

  private long fiveEvents() {
    return wire.position(s, "e0", "e1", "e2", "e3", "e4");
  }

  /** The revisions read, as one text: "0 1 2". */
  @SafeVarargs
  private String revisions(Consumer<ReadReq.Options.Builder>... changes) {
    return String.join(
        " ", wire.read(s, changes).stream().map(text -> text.replaceFirst("@.*", "")).toList());
  }

  @Test
  @DisplayName(
      "3.1 an event reads back as it was written, with exactly type, content-type and created as metadata")
  void recorded_event() {
    long position = wire.position(s, "e0#x");
    var read = wire.open(s).await().messages().getFirst().getEvent();
    var event = read.getEvent();
    assertThat(event.getMetadataMap()).containsOnlyKeys("type", "content-type", "created");
    assertThat(event.getMetadataMap().get("created")).matches("[0-9]{17}");
    assertThat(event.getId().getString()).isEqualTo(wire.id("x").toString());
    assertThat(
            List.of(
                read.getCommitPosition(), event.getCommitPosition(), event.getPreparePosition()))
        .containsOnly(position);
  }

  @Test
  @DisplayName("3.1 positions strictly increase, with gaps")
  void positions() {
    fiveEvents();
    List<Long> positions =
        wire.open(s).await().messages().stream()
            .map(read -> read.getEvent().getCommitPosition())
            .toList();
    assertThat(positions).isSorted().doesNotHaveDuplicates();
    assertThat(positions.get(1) - positions.get(0)).isGreaterThan(1);
  }

  @Test
  @DisplayName("3.2 what is missing or does not fit is INVALID_ARGUMENT")
  void invalid_arguments() {
    List<Consumer<ReadReq.Options.Builder>> changes =
        List.of(
            ReadReq.Options.Builder::clearUuidOption,
            ReadReq.Options.Builder::clearNoFilter,
            ReadReq.Options.Builder::clearStream,
            ReadReq.Options.Builder::clearCount,
            filter(filter -> filter.getEventTypeBuilder().addPrefix("e")),
            Wire.subscription().andThen(backwards()),
            options -> options.setReadDirectionValue(7));
    for (var change : changes) {
      assertThat(wire.read(s, change)).containsExactly("INVALID_ARGUMENT");
    }
  }

  @Test
  @DisplayName(
      "3.2, 9.8 missing options, identifier or revision, an empty name and a count of 0 are UNKNOWN")
  void unknown() {
    assertThat(Wire.texts(wire.open(ReadReq.getDefaultInstance()).await()))
        .containsExactly("UNKNOWN");
    List<Consumer<ReadReq.Options.Builder>> changes =
        List.of(
            options -> options.getStreamBuilder().clearStreamIdentifier(),
            options -> options.getStreamBuilder().clearStart(),
            options -> options.getStreamBuilder().setStreamIdentifier(Wire.identifier("")),
            count(0));
    for (var change : changes) {
      assertThat(wire.read(s, change)).containsExactly("UNKNOWN");
    }
    assertThat(wire.read(ALL, options -> options.getAllBuilder().clearStart()))
        .containsExactly("UNKNOWN");
    assertThat(wire.read(ALL, count(0))).containsExactly("UNKNOWN");
  }

  @Test
  @DisplayName("3.3 a revision is inclusive in both directions, and clamped backwards")
  void stream_reads() {
    fiveEvents();
    assertThat(revisions()).isEqualTo("0 1 2 3 4");
    assertThat(revisions(at(3))).isEqualTo("3 4");
    assertThat(revisions(at(1), count(2))).isEqualTo("1 2");
    assertThat(revisions(at(9))).isEmpty();
    assertThat(revisions(backwards(), fromEnd())).isEqualTo("4 3 2 1 0");
    assertThat(revisions(backwards(), at(500), count(2))).isEqualTo("4 3");
    assertThat(revisions(backwards())).isEqualTo("0");
    assertThat(revisions(fromEnd())).isEqualTo("UNKNOWN");
    assertThat(revisions(count(-1))).isEqualTo("0 1 2 3 4");
  }

  @Test
  @DisplayName(
      "1.7 as a revision 2^64−1 is the end: backwards all, forwards UNKNOWN; other values above 2^63−1 too")
  void unsigned_revisions() {
    fiveEvents();
    assertThat(revisions(backwards(), at(-1))).isEqualTo("4 3 2 1 0");
    assertThat(revisions(at(-1))).isEqualTo("UNKNOWN");
    assertThat(revisions(at(-2), backwards())).isEqualTo("UNKNOWN");
    assertThat(revisions(at(MAX))).isEmpty();
  }

  @ParameterizedTest(name = "3.3 with $tb {0}, a forwards read from {1} of {2} answers {3}")
  @CsvSource({
    "0, 0, 10, 0 1 2 3 4 last 4",
    "0, 500, 10, first 5 last 4",
    "0, 5, 10, last 4",
    "3, 0, 10, 3 4 last 4",
    "3, 0, 3, first 3 3 4 last 4",
    "3, 1, 1, first 3 3 last 4",
    "50, 0, 10, first 50 first 5 last 4",
  })
  void ends_of_the_stream(long truncateBefore, long start, long count, String answer) {
    fiveEvents();
    wire.metadata(s, "{\"$tb\":" + truncateBefore + "}");
    assertThat(revisions(at(start), count(count), compatible())).isEqualTo(answer);
  }

  @Test
  @DisplayName("3.3 backwards only the last position is told")
  void last_position_backwards() {
    fiveEvents();
    assertThat(revisions(backwards(), at(1), compatible())).isEqualTo("1 0 last 4");
  }

  @Test
  @DisplayName(
      "3.3 absent and soft-deleted are not found, tombstoned is an error, truncated to nothing is empty")
  void states() {
    assertThat(wire.read(s)).containsExactly("not found");
    fiveEvents();
    wire.metadata(s, "{\"$tb\":50}");
    assertThat(wire.read(s)).isEmpty();
    wire.delete(s, "any");
    assertThat(wire.read(s)).containsExactly("not found");
    wire.tombstone(s, "any");
    assertThat(wire.read(s)).containsExactly("FAILED_PRECONDITION stream-deleted");
  }

  @Test
  @DisplayName("3.3 a long stream is read whole, both ways")
  void long_stream() {
    String[] types = new String[1500];
    java.util.Arrays.fill(types, "e");
    wire.append(s, "any", types);
    assertThat(wire.read(s)).hasSize(1500);
    var reversed = wire.open(s, backwards(), fromEnd()).await().messages();
    assertThat(reversed).hasSize(1500);
    assertThat(reversed.getLast().getEvent().getEvent().getStreamRevision()).isZero();
  }

  @Test
  @DisplayName("3.4 $all: forwards at or after the position, backwards strictly before it")
  void all_reads() {
    long first = wire.position(s, "e0");
    long last = wire.position(s, "e1");
    assertThat(wire.read(ALL, at(first))).containsExactly("0@" + s + " e0", "1@" + s + " e1");
    assertThat(wire.read(ALL, at(last), backwards(), count(1))).containsExactly("0@" + s + " e0");
    assertThat(wire.read(ALL, fromEnd(), backwards(), count(1))).containsExactly("1@" + s + " e1");
    assertThat(wire.read(ALL, fromEnd())).isEmpty();
    assertThat(wire.read(ALL, backwards())).isEmpty();
  }

  @Test
  @DisplayName("9.1 positions off a record boundary, and backwards beyond the end, are a bound")
  void lenient_positions() {
    long first = wire.position(s, "e0");
    wire.position(s, "e1");
    assertThat(wire.read(ALL, at(first + 1))).containsExactly("1@" + s + " e1");
    assertThat(wire.read(ALL, at(first + 1_000_000), backwards(), count(1)))
        .containsExactly("1@" + s + " e1");
    assertThat(wire.read(ALL, at(first + 1_000_000))).isEmpty();
  }

  @Test
  @DisplayName("3.4 prepare above commit is UNKNOWN, below it is accepted; 2^64−1 is the end")
  void prepare_and_commit() {
    long position = wire.position(s, "e0");
    Consumer<ReadReq.Options.Builder> above =
        options ->
            options
                .getAllBuilder()
                .getPositionBuilder()
                .setCommitPosition(position)
                .setPreparePosition(position + 1);
    Consumer<ReadReq.Options.Builder> below =
        options ->
            options
                .getAllBuilder()
                .getPositionBuilder()
                .setCommitPosition(position)
                .setPreparePosition(0);
    assertThat(wire.read(ALL, above)).containsExactly("UNKNOWN");
    assertThat(wire.read(ALL, below)).containsExactly("0@" + s + " e0");
    assertThat(wire.read(ALL, at(-1))).isEmpty();
    assertThat(wire.read(ALL, at(-1), backwards(), count(1))).containsExactly("0@" + s + " e0");
  }

  @Test
  @DisplayName(
      "3.4, 9.6 $all begins with a $-event and holds deleted, truncated and system events, each in place")
  void all_holds_everything() {
    assertThat(wire.read(ALL, count(1)).getFirst()).endsWith(" $metadata");
    long first = wire.position(s, "e0");
    wire.delete(s, "any");
    wire.tombstone(s, "any");
    assertThat(wire.read(ALL, at(first)))
        .containsExactly(
            "0@" + s + " e0", "0@$$" + s + " $metadata", "MAX@" + s + " $streamDeleted");
    ReadResp.ReadEvent.RecordedEvent deletion =
        wire.open(ALL, at(first)).await().messages().get(1).getEvent().getEvent();
    assertThat(deletion.getData().toStringUtf8()).isEqualTo("{\"$tb\":9223372036854775807}");
    assertThat(deletion.getMetadataMap()).containsEntry("content-type", "application/json");
  }

  @Test
  @DisplayName("3.4 a filter with a count goes on until so many match, both ways")
  void filtered_reads() {
    long first = wire.position(s, "x0", "y0", "x1", "y1");
    long before = first - 10_000;
    Consumer<ReadReq.Options.Builder> ofType =
        filter(filter -> filter.getEventTypeBuilder().addPrefix("y"))
            .andThen(options -> options.getFilterBuilder().setMax(1));
    assertThat(wire.read(ALL, at(Math.max(before, 0)), ofType))
        .endsWith("1@" + s + " y0", "3@" + s + " y1");
    assertThat(wire.read(ALL, fromEnd(), backwards(), ofType, count(2)))
        .containsExactly("3@" + s + " y1", "1@" + s + " y0");
  }

  @ParameterizedTest(name = "3.5 a link to {0} resolves to {1}")
  @CsvSource({
    "1@TARGET, 1@TARGET e1",
    "+1@TARGET, 1@TARGET e1",
    "' 1@TARGET', 1@TARGET e1",
    "01@TARGET, 1@TARGET e1",
    "-1@TARGET, 2@TARGET e2",
    "9@TARGET, none",
    "0@missing, none",
    "1, none",
    "1@, none",
  })
  void links(String target, String event) {
    wire.append(s, "any", "e0", "e1", "e2");
    wire.link(s + "-link", target.replace("TARGET", s));
    assertThat(wire.read(s + "-link", resolved()))
        .containsExactly(event.replace("TARGET", s) + " via 0@" + s + "-link $>");
  }

  @ParameterizedTest(name = "3.5 a link whose number is \"{0}\" comes unresolved")
  @CsvSource({"x@TARGET", "1.0@TARGET", "99999999999999999999@TARGET", "@", "''"})
  void unresolved_links(String target) {
    wire.link(s + "-link", target.replace("TARGET", s));
    assertThat(wire.read(s + "-link", resolved())).containsExactly("0@" + s + "-link $>");
  }

  @Test
  @DisplayName("3.5 truncated and deleted targets are none, a link to a link is followed one step")
  void link_targets() {
    wire.append(s, "any", "e0", "e1");
    wire.link(s + "-a", "0@" + s);
    wire.link(s + "-b", "0@" + s + "-a");
    assertThat(wire.read(s + "-b", resolved()))
        .containsExactly("0@" + s + "-a $> via 0@" + s + "-b $>");
    wire.metadata(s, "{\"$tb\":1}");
    assertThat(wire.read(s + "-a", resolved())).containsExactly("none via 0@" + s + "-a $>");
    wire.tombstone(s, "any");
    assertThat(wire.read(s + "-a", resolved())).containsExactly("none via 0@" + s + "-a $>");
  }

  @Test
  @DisplayName("3.6 a metastream shows its latest entry only")
  void metastream() {
    for (int i = 0; i < 3; i++) {
      wire.metadata(s, "{\"k\":" + i + "}");
    }
    assertThat(wire.read("$$" + s, count(1))).containsExactly("2@$$" + s + " $metadata");
  }

  @ParameterizedTest(name = "3.6 metadata {0} leaves {1} readable")
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"$maxCount\":2} | 3 4",
        "{\"$tb\":2} | 2 3 4",
        "{\"$tb\":1,\"$maxCount\":2} | 3 4",
        "{\"$tb\":4,\"$maxCount\":3} | 4",
        "{\"$maxAge\":100000} | 0 1 2 3 4",
        "{\"$maxCount\":2,\"$maxAge\":0} | 3 4",
        "{\"$maxCount\":2,\"$tb\":-1} | 3 4",
        "{\"$maxCount\":\"2\"} | 0 1 2 3 4",
        "{\"$maxCount\":2.0} | 0 1 2 3 4",
        "{\"$maxCount\":2e0} | 0 1 2 3 4",
        "{\"$maxCount\":null} | 0 1 2 3 4",
        "{\"$maxCount\":99999999999999999999} | 0 1 2 3 4",
        "{\"$maxCount\":2,\"$acl\":\"x\"} | 0 1 2 3 4",
        "{\"$maxCount\":2,\"$acl\":{\"$r\":5}} | 0 1 2 3 4",
        "{\"$maxCount\":2,\"$acl\":{\"$r\":\"a\",\"$w\":[\"b\"]}} | 3 4",
        "{\"$maxCount\":2,\"$tmp\":\"x\"} | 0 1 2 3 4",
        "{\"$maxCount\":2,\"$cacheControl\":\"x\"} | 0 1 2 3 4",
        "{\"$maxCount\":1,\"$maxCount\":3} | 2 3 4",
        "{\"$MaxCount\":2} | 0 1 2 3 4",
        "{\"$maxCount\":2,} | 3 4",
        "{\"$maxCount\":2} tail | 3 4",
        "{\"$maxCount\":2 | 0 1 2 3 4",
        "{/*c*/\"$maxCount\":2} | 0 1 2 3 4",
        "[{\"$maxCount\":2}] | 0 1 2 3 4",
        "{\"other\":{\"$maxCount\":1}} | 0 1 2 3 4",
      })
  void truncation(String metadata, String readable) {
    fiveEvents();
    wire.metadata(s, metadata);
    assertThat(revisions()).isEqualTo(readable);
  }

  @Test
  @DisplayName("3.6 $maxAge hides what is older, and moves no revision")
  void max_age() {
    fiveEvents();
    wire.metadata(s, "{\"$maxAge\":1}");
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> revisions().isEmpty());
    wire.append(s, 4, "e5");
    assertThat(revisions()).isEqualTo("5");
  }

  @Test
  @DisplayName("3.3 a page of first_stream_position is a number of events, however large they are")
  void page_of_large_expired_events() {
    for (int i = 0; i < 3; i++) {
      wire.append(s, "any", "t".repeat(200_000));
    }
    wire.metadata(s, "{\"$maxAge\":1}");
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> wire.read(s, backwards(), fromEnd()).isEmpty());
    assertThat(wire.read(s, compatible())).containsExactly("first 3", "last 2");
  }

  @Test
  @DisplayName("3.6 the type of a metadata event is not looked at, its content type is")
  void metadata_types() {
    fiveEvents();
    wire.appending(
        "$$" + s, "any", List.of(wire.event("other", "{\"$maxCount\":2}", "application/json")));
    assertThat(revisions()).isEqualTo("3 4");
    wire.appending(
        "$$" + s, "any", List.of(wire.event("$metadata", "{\"$maxCount\":1}", "text/plain")));
    assertThat(revisions()).isEqualTo("0 1 2 3 4");
  }

  @Test
  @DisplayName("3.6 tombstoning a metastream lifts all truncation")
  void metastream_tombstone() {
    fiveEvents();
    wire.metadata(s, "{\"$maxCount\":1}");
    assertThat(wire.tombstone("$$" + s, "any")).isEqualTo("ok");
    assertThat(revisions()).isEqualTo("0 1 2 3 4");
    wire.tombstone(s, "any");
    assertThat(wire.metadata(s, "{}")).isEqualTo(DELETED);
  }

  @ParameterizedTest(
      name =
          "3.6 metadata of a tombstoned stream with {0}: any {1}, no_stream {2}, stream_exists {3}, cur {4}, other {5}")
  @CsvSource({
    "none, deleted, deleted, deleted, deleted, deleted",
    "metadata, ok 1, wrong 0, ok 1, ok 1, wrong 0",
    "a soft deletion, ok 1, wrong 0, ok 1, ok 1, wrong 0",
  })
  void metadata_of_tombstoned(
      String state, String any, String noStream, String exists, String current, String other) {
    Object[] expectations = {"any", "no_stream", "stream_exists", 0, 7};
    String[] answers = {any, noStream, exists, current, other};
    for (int i = 0; i < expectations.length; i++) {
      String tombstoned = s + "-" + i;
      String metastream = "$$" + tombstoned;
      wire.append(tombstoned, "any", "e0");
      switch (state) {
        case "metadata" -> wire.metadata(tombstoned, "{\"k\":1}");
        case "a soft deletion" -> wire.delete(tombstoned, "any");
        default -> {}
      }
      wire.tombstone(tombstoned, "any");
      long before = writtenTo(metastream);
      String answer = wire.append(metastream, expectations[i], "$metadata");
      assertThat(answer.replace(DELETED, "deleted"))
          .as(expectations[i].toString())
          .isEqualTo(answers[i]);
      assertThat(writtenTo(metastream)).isEqualTo(answer.startsWith("ok") ? before + 1 : before);
      assertThat(wire.read(metastream)).containsExactly(DELETED);
      assertThat(wire.read(tombstoned)).containsExactly(DELETED);
      assertThat(wire.append(tombstoned, "any", "e1")).isEqualTo(DELETED);
    }
  }

  /** Events of a stream in {@code $all}, which shows them whatever was deleted. */
  private long writtenTo(String stream) {
    return wire.read(ALL).stream().filter(event -> event.contains("@" + stream + " ")).count();
  }

  @Test
  @DisplayName("2.1 what was answered is visible at once")
  void read_your_own_writes() {
    List<String> seen = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      wire.append(s, "any", "e" + i);
      seen.addAll(wire.read(s, backwards(), fromEnd(), count(1)));
    }
    assertThat(seen).hasSize(50).doesNotHaveDuplicates();
  }
}
