package dev.foldline.embedded;

import static dev.foldline.embedded.Wire.MAX;
import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(StoreExtension.class)
@DisplayName("2 Append")
class AppendTest {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final int MAX_APPEND = 1 << 20;

  private final Wire wire;
  private String s = "";

  AppendTest(Wire wire) {
    this.wire = wire;
  }

  @BeforeEach
  void freshStream() {
    s = "append-" + COUNT.incrementAndGet();
  }

  private void state(String state) {
    switch (state) {
      case "absent" -> {}
      case "absent with metadata" -> wire.metadata(s, "{\"k\":1}");
      case "present" -> wire.append(s, "no_stream", "e0#e0", "e1#e1", "e2#e2");
      case "soft-deleted" -> {
        state("present");
        wire.delete(s, "any");
      }
      case "tombstoned" -> {
        state("present");
        wire.tombstone(s, "any");
      }
      default -> throw new IllegalArgumentException(state);
    }
  }

  @ParameterizedTest(
      name = "2.4 {0}: any {1}, no_stream {2}, stream_exists {3}, cur {4}, below {5}, above {6}")
  @CsvSource({
    "absent, ok 0, ok 0, wrong no_stream, wrong no_stream, wrong no_stream, wrong no_stream",
    "absent with metadata, ok 0, ok 0, ok 0, wrong no_stream, wrong no_stream, wrong no_stream",
    "present, ok 3, wrong 2, ok 3, ok 3, wrong 2, wrong 2",
    "soft-deleted, ok 3, ok 3, FAILED_PRECONDITION stream-deleted, ok 3, wrong 2, wrong 2",
    "tombstoned, FAILED_PRECONDITION stream-deleted, FAILED_PRECONDITION stream-deleted, FAILED_PRECONDITION"
        + " stream-deleted, FAILED_PRECONDITION stream-deleted, FAILED_PRECONDITION stream-deleted,"
        + " FAILED_PRECONDITION stream-deleted",
  })
  void expected_revision_matrix(
      String state,
      String any,
      String noStream,
      String exists,
      String current,
      String below,
      String above) {
    Object[] expectations = {"any", "no_stream", "stream_exists", 2, 0, 7};
    String[] answers = {any, noStream, exists, current, below, above};
    for (int i = 0; i < expectations.length; i++) {
      freshStream();
      state(state);
      assertThat(wire.append(s, expectations[i], "new"))
          .as(String.valueOf(expectations[i]))
          .isEqualTo(answers[i]);
    }
  }

  @Test
  @DisplayName(
      "2.1 the first message must hold options, every later one an event; else UNKNOWN and nothing is written")
  void message_order() {
    AppendReq options = Wire.options(s, "any");
    AppendReq event = AppendReq.newBuilder().setProposedMessage(wire.event("e0")).build();
    for (List<AppendReq> messages :
        List.of(
            List.of(event),
            List.<AppendReq>of(),
            List.of(AppendReq.getDefaultInstance()),
            List.of(options, event, options),
            List.of(options, event, AppendReq.getDefaultInstance()))) {
      assertThat(Wire.appended(wire.appendRaw(messages))).isEqualTo("UNKNOWN");
    }
    assertThat(wire.read(s)).containsExactly("not found");
  }

  @Test
  @DisplayName(
      "2.1 a missing expected revision is INVALID_ARGUMENT, and looked at before a missing stream, UNKNOWN")
  void missing_options() {
    var stream = AppendReq.Options.newBuilder().setStreamIdentifier(Wire.identifier(s));
    var any = AppendReq.Options.newBuilder().setAny(Wire.EMPTY);
    assertThat(answerTo(stream)).isEqualTo("INVALID_ARGUMENT");
    assertThat(answerTo(AppendReq.Options.newBuilder())).isEqualTo("INVALID_ARGUMENT");
    assertThat(answerTo(any)).isEqualTo("UNKNOWN");
  }

  private String answerTo(AppendReq.Options.Builder options) {
    return Wire.appended(
        wire.appendRaw(List.of(AppendReq.newBuilder().setOptions(options).build())));
  }

  @Test
  @DisplayName("2.1 type and content-type are required")
  void required_metadata() {
    for (String missing : List.of("type", "content-type")) {
      var event = wire.event("e0").toBuilder().removeMetadata(missing).build();
      var answers = wire.appending(s, "any", List.of(event));
      assertThat(answers.error()).isEqualTo("INVALID_ARGUMENT missing-required-metadata-property");
      assertThat(answers.trailer("required-metadata-properties")).isEqualTo("type,content-type");
    }
  }

  @Test
  @DisplayName(
      "2.1 a missing, malformed or zero id and an empty type are UNKNOWN, wherever in the request they stand")
  void bad_events() {
    var zero = Shared.UUID.Structured.getDefaultInstance();
    for (AppendReq.ProposedMessage bad :
        List.of(
            wire.event("e0").toBuilder().clearId().build(),
            wire.event("e0").toBuilder()
                .setId(Shared.UUID.newBuilder().setString("nonsense"))
                .build(),
            wire.event("e0").toBuilder()
                .setId(Shared.UUID.newBuilder().setStructured(zero))
                .build(),
            wire.event(""))) {
      assertThat(Wire.appended(wire.appending(s, "any", List.of(wire.event("good"), bad))))
          .isEqualTo("UNKNOWN");
    }
    assertThat(wire.read(s)).containsExactly("not found");
  }

  @ParameterizedTest(name = "2.1, 9.11 no stream can be called \"{0}\"")
  @ValueSource(strings = {"", "$$", "$all"})
  void illegal_names(String name) {
    assertThat(wire.append(name, "any", "e0")).isEqualTo("UNKNOWN");
  }

  @ParameterizedTest(name = "2.1 a stream may be called \"{0}\"")
  @ValueSource(strings = {"   ", "$$ ", "$$$all", "a@b@c", "ä-漢-🚀", "a\nb", "$$$$x"})
  void legal_names(String name) {
    assertThat(wire.append(name, "any", "e0")).isEqualTo("ok 0");
  }

  @Test
  @DisplayName("2.1 a name that is not UTF-8 is kept byte by byte")
  void name_of_any_bytes() {
    var name =
        Shared.StreamIdentifier.newBuilder().setStreamName(ByteString.fromHex("61fffe2d80c3a462"));
    var options = AppendReq.Options.newBuilder().setStreamIdentifier(name).setNoStream(Wire.EMPTY);
    var event = AppendReq.newBuilder().setProposedMessage(wire.event("e0")).build();
    assertThat(
            Wire.appended(
                wire.appendRaw(List.of(AppendReq.newBuilder().setOptions(options).build(), event))))
        .isEqualTo("ok 0");
    var read =
        wire.open(s, change -> change.getStreamBuilder().setStreamIdentifier(name))
            .await()
            .messages();
    assertThat(read.getFirst().getEvent().getEvent().getStreamIdentifier()).isEqualTo(name.build());
  }

  @Test
  @DisplayName("2.1 a string id is compared by value and read back in lower case with dashes")
  void string_ids() {
    UUID id = UUID.randomUUID();
    for (String form :
        List.of(
            id.toString(),
            id.toString().toUpperCase(java.util.Locale.ROOT),
            id.toString().replace("-", ""))) {
      var event =
          wire.event("e0").toBuilder().setId(Shared.UUID.newBuilder().setString(form)).build();
      assertThat(Wire.appended(wire.appending(s, "no_stream", List.of(event)))).isEqualTo("ok 0");
    }
    var read = wire.open(s).await().messages().getFirst().getEvent().getEvent();
    assertThat(read.getId().getString()).isEqualTo(id.toString());
  }

  @ParameterizedTest(name = "2.1 content type \"{0}\" reads back as {1}")
  @CsvSource({
    "application/json, application/json",
    "application/octet-stream, application/octet-stream",
    "text/plain, application/octet-stream",
    "Application/JSON, application/octet-stream",
    "'application/json; charset=utf-8', application/octet-stream",
    "'', application/octet-stream",
  })
  void content_types(String sent, String read) {
    wire.appending(s, "any", List.of(wire.event("e0", "not json {", sent)));
    var event = wire.open(s).await().messages().getFirst().getEvent().getEvent();
    assertThat(event.getMetadataMap()).containsEntry("content-type", read);
    assertThat(event.getData().toStringUtf8()).isEqualTo("not json {");
  }

  @Test
  @DisplayName(
      "2.1 the size of an append is data, custom metadata and twice the type's length, at most 1 MiB")
  void maximum_append_size() {
    assertThat(Wire.appended(sized(MAX_APPEND - 4))).isEqualTo("ok 0");
    var tooLarge = sized(MAX_APPEND - 3);
    assertThat(tooLarge.error()).isEqualTo("INVALID_ARGUMENT maximum-append-size-exceeded");
    assertThat(tooLarge.trailer("maximum-append-size")).isEqualTo(Integer.toString(MAX_APPEND));
    assertThat(wire.read(s)).hasSize(1);
  }

  private Answers<com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp> sized(
      int bytes) {
    return wire.appending(s, "any", List.of(wire.event("e0", "x".repeat(bytes), "text/plain")));
  }

  @Test
  @DisplayName(
      "1.4 a message above 16 MiB is RESOURCE_EXHAUSTED without trailers, and nothing is written")
  void huge_message() {
    assertThat(sized(17 << 20).error()).isEqualTo("RESOURCE_EXHAUSTED");
    assertThat(wire.read(s)).containsExactly("not found");
  }

  @Test
  @DisplayName(
      "2.2 success carries the last event's revision and position, which is its position in $all too")
  void success() {
    var success =
        wire.appending(s, "any", List.of(wire.event("e0"), wire.event("e1")))
            .messages()
            .getFirst()
            .getSuccess();
    assertThat(success.getCurrentRevision()).isEqualTo(1);
    assertThat(success.getPosition().getCommitPosition())
        .isEqualTo(success.getPosition().getPreparePosition());
    assertThat(
            wire.read(Wire.ALL, Wire.at(success.getPosition().getCommitPosition()), Wire.count(1)))
        .containsExactly("1@" + s + " e1");
  }

  @Test
  @DisplayName("2.3 a wrong expected version is a body that echoes the expectation, twins included")
  void wrong_expected_version() {
    var absent =
        wire.appending(s, 7, List.of(wire.event("x")))
            .messages()
            .getFirst()
            .getWrongExpectedVersion();
    assertThat(absent.hasCurrentNoStream() && absent.hasNoStream2060()).isTrue();
    assertThat(absent.getExpectedRevision()).isEqualTo(7);
    assertThat(absent.getExpectedRevision2060()).isEqualTo(7);
    state("present");
    var present =
        wire.appending(s, "no_stream", List.of(wire.event("x")))
            .messages()
            .getFirst()
            .getWrongExpectedVersion();
    assertThat(present.getCurrentRevision()).isEqualTo(2);
    assertThat(present.getCurrentRevision2060()).isEqualTo(2);
    assertThat(present.hasExpectedNoStream()).isTrue();
    assertThat(present.getExpectedRevision2060()).isEqualTo(-1);
  }

  @Test
  @DisplayName(
      "1.7 as an expected revision 2^64−1 is no_stream, and other values above 2^63−1 are UNKNOWN")
  void unsigned_revisions() {
    assertThat(wire.append(s, -1L, "e0")).isEqualTo("ok 0");
    assertThat(wire.append(s, -2L, "e1")).isEqualTo("UNKNOWN");
    assertThat(wire.append(s, MAX, "e1")).isEqualTo("wrong 0");
  }

  @Test
  @DisplayName(
      "2.4 a re-created stream goes on at cur+1, followed by metadata with $tb; the old events stay invisible")
  void recreation() {
    state("present");
    long before = wire.position(s + "-mark", "mark");
    wire.metadata(s, "{\"k\":1,\"$tb\":9223372036854775807}");
    assertThat(wire.append(s, "no_stream", "n0", "n1")).isEqualTo("ok 4");
    assertThat(wire.read(s)).containsExactly("3@" + s + " n0", "4@" + s + " n1");
    assertThat(
            wire.open("$$" + s)
                .await()
                .messages()
                .getFirst()
                .getEvent()
                .getEvent()
                .getData()
                .toStringUtf8())
        .isEqualTo("{\"k\":1,\"$tb\":3}");
    assertThat(wire.read(Wire.ALL, Wire.at(before + 1)))
        .containsExactly(
            "0@$$" + s + " $metadata",
            "3@" + s + " n0",
            "4@" + s + " n1",
            "1@$$" + s + " $metadata");
  }

  @Test
  @DisplayName(
      "2.4 metadata on a soft-deleted stream is followed by $tb, and leaves it existing but empty")
  void metadata_on_deleted() {
    state("soft-deleted");
    assertThat(wire.metadata(s, "{\"k\":1}")).isEqualTo("ok 1");
    assertThat(wire.read("$$" + s)).containsExactly("2@$$" + s + " $metadata");
    assertThat(wire.read(s)).isEmpty();
    assertThat(wire.append(s, "stream_exists", "n0")).isEqualTo("ok 3");
  }

  @ParameterizedTest(name = "2.4 metadata {0} undeletes without a $tb")
  @ValueSource(strings = {"{\"k\":", "[1]", "text"})
  void invalid_metadata_on_deleted(String metadata) {
    state("soft-deleted");
    wire.metadata(s, metadata);
    assertThat(wire.read(s)).containsExactly("0@" + s + " e0", "1@" + s + " e1", "2@" + s + " e2");
  }

  @Test
  @DisplayName("2.5 [e0]@no_stream is revision 0 however often it is repeated")
  void repeated_no_stream() {
    for (int i = 0; i < 3; i++) {
      assertThat(wire.append(s, "no_stream", "e0#a")).isEqualTo("ok 0");
    }
    assertThat(wire.read(s)).hasSize(1);
  }

  @Test
  @DisplayName("2.5 [e0]@0 after e0 appends again: expected = cur is never idempotent")
  void expected_current_is_never_idempotent() {
    wire.append(s, "no_stream", "e0#a");
    assertThat(wire.append(s, 0, "e0#a")).isEqualTo("ok 1");
  }

  @Test
  @DisplayName(
      "2.5 ² an exact repetition compares with the stored events: all, the first differs, a later one, they run out")
  void exact_idempotency() {
    wire.append(s, "no_stream", "e0#a", "e1#b", "e2#c");
    assertThat(wire.append(s, "no_stream", "e0#a")).isEqualTo("ok 0");
    assertThat(wire.append(s, 0, "e1#b", "e2#c")).isEqualTo("ok 2");
    assertThat(wire.append(s, 0, "e1#x")).isEqualTo("wrong 2");
    assertThat(wire.append(s, 0, "e1#b", "e2#x")).isEqualTo("wrong 2");
    assertThat(wire.append(s, 1, "e2#c", "e3#d")).isEqualTo("wrong 2");
    assertThat(wire.read(s)).hasSize(3);
  }

  @Test
  @DisplayName(
      "2.5 ¹ any: first unknown appends, all known repeats, first known and a later one unknown is wrong")
  void any_idempotency() {
    wire.append(s, "any", "e0#a", "e1#b");
    assertThat(wire.append(s, "any", "e1#b", "e0#a")).isEqualTo("ok 0");
    assertThat(wire.append(s, "stream_exists", "e1#b")).isEqualTo("ok 1");
    assertThat(wire.append(s, "any", "e0#a", "x#x")).isEqualTo("wrong 1");
    assertThat(wire.append(s, "any", "y#y", "e0#a")).isEqualTo("ok 3");
  }

  @Test
  @DisplayName("2.5 the same id twice: rule ¹ takes its first occurrence, rule ² the stored events")
  void same_id_twice() {
    assertThat(wire.append(s, "any", "e0#a", "e1#a")).isEqualTo("ok 1");
    assertThat(wire.append(s, "any", "e0#a", "e1#a")).isEqualTo("ok 0");
    assertThat(wire.append(s, "no_stream", "e0#a", "e1#a")).isEqualTo("ok 1");
  }

  @Test
  @DisplayName("2.5 the comparison ignores truncation; what is no longer readable has no position")
  void idempotency_behind_truncation() {
    state("present");
    wire.metadata(s, "{\"$tb\":2}");
    assertThat(wire.append(s, "no_stream", "e0#e0")).isEqualTo("ok 0 no_position");
    assertThat(wire.append(s, "any", "e2#e2")).isEqualTo("ok 2");
    wire.delete(s, "any");
    assertThat(wire.append(s, "any", "e2#e2")).isEqualTo("ok 2 no_position");
    assertThat(wire.read(s)).containsExactly("not found");
  }

  @Test
  @DisplayName("2.6 an empty append succeeds where the revision is as expected, and writes nothing")
  void empty_append() {
    assertThat(wire.append(s, "any")).isEqualTo("ok no_stream");
    assertThat(wire.append(s, "no_stream")).isEqualTo("ok no_stream");
    long last = wire.position(s, "e0");
    assertThat(wire.append(s, 0)).isEqualTo("ok 0");
    assertThat(wire.append(s, "no_stream")).isEqualTo("wrong 0");
    assertThat(wire.position(s)).isGreaterThan(last);
    wire.delete(s, "any");
    assertThat(wire.append(s, "any")).isEqualTo("ok 0");
    assertThat(wire.read(s)).isEmpty();
  }

  @Test
  @DisplayName("2.1 appends are whole: concurrent ones never mix")
  void atomicity() {
    List.of(1, 2, 3, 4, 5, 6, 7, 8).parallelStream()
        .forEach(i -> wire.append(s, "any", "a" + i, "b" + i, "c" + i));
    List<String> types =
        wire.read(s).stream().map(text -> text.substring(text.indexOf(' ') + 1)).toList();
    assertThat(types).hasSize(24);
    for (int i = 0; i < 24; i += 3) {
      assertThat(types.subList(i, i + 3))
          .extracting(type -> type.substring(1))
          .containsOnly(types.get(i).substring(1));
    }
  }

  @Test
  @DisplayName("2.5 of concurrent appends that expect the same revision exactly one wins")
  void one_wins() {
    wire.append(s, "no_stream", "e0");
    List<String> answers =
        List.of(1, 2, 3, 4, 5, 6, 7, 8).parallelStream()
            .map(i -> wire.append(s, 0, "e" + i))
            .toList();
    assertThat(answers).filteredOn("ok 1"::equals).hasSize(1);
    assertThat(answers).filteredOn("wrong 1"::equals).hasSize(7);
  }
}
