package dev.foldline.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteResp;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(StoreExtension.class)
@DisplayName("5 Delete and Tombstone")
class DeleteTest {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final String WRONG = "FAILED_PRECONDITION wrong-expected-version";
  private static final String DELETED = "FAILED_PRECONDITION stream-deleted";

  private final Wire wire;
  private String s = "";

  DeleteTest(Wire wire) {
    this.wire = wire;
  }

  private void state(String state) {
    s = "delete-" + COUNT.incrementAndGet();
    switch (state) {
      case "absent" -> {}
      case "with metadata" -> wire.metadata(s, "{\"k\":1}");
      case "present" -> wire.append(s, "any", "e0", "e1");
      case "soft-deleted" -> {
        wire.append(s, "any", "e0", "e1");
        wire.delete(s, "any");
      }
      case "tombstoned" -> wire.tombstone(s, "any");
      default -> throw new IllegalArgumentException(state);
    }
  }

  private static String brief(String answer) {
    return answer.equals(WRONG) ? "wrong" : answer.equals(DELETED) ? "deleted" : answer;
  }

  @ParameterizedTest(
      name = "5 Delete of {0}: any {1}, no_stream {2}, stream_exists {3}, cur {4}, other {5}")
  @CsvSource({
    "absent, wrong, wrong, wrong, wrong, wrong",
    "with metadata, ok, ok, ok, wrong, wrong",
    "present, ok, wrong, ok, ok, wrong",
    "soft-deleted, ok, ok, deleted, ok, wrong",
    "tombstoned, deleted, deleted, deleted, deleted, deleted",
  })
  void soft_deletion(
      String state, String any, String noStream, String exists, String current, String other) {
    Object[] expectations = {"any", "no_stream", "stream_exists", 1, 0};
    String[] answers = {any, noStream, exists, current, other};
    for (int i = 0; i < expectations.length; i++) {
      state(state);
      assertThat(brief(wire.delete(s, expectations[i])))
          .as(expectations[i].toString())
          .isEqualTo(answers[i]);
    }
  }

  @ParameterizedTest(
      name = "5 Tombstone of {0}: any {1}, no_stream {2}, stream_exists {3}, cur {4}, other {5}")
  @CsvSource({
    "absent, ok, ok, wrong, wrong, wrong",
    "with metadata, ok, ok, ok, wrong, wrong",
    "present, ok, wrong, ok, ok, wrong",
    "soft-deleted, ok, ok, deleted, ok, wrong",
    "tombstoned, deleted, deleted, deleted, deleted, deleted",
  })
  void tombstones(
      String state, String any, String noStream, String exists, String current, String other) {
    Object[] expectations = {"any", "no_stream", "stream_exists", 1, 0};
    String[] answers = {any, noStream, exists, current, other};
    for (int i = 0; i < expectations.length; i++) {
      state(state);
      assertThat(brief(wire.tombstone(s, expectations[i])))
          .as(expectations[i].toString())
          .isEqualTo(answers[i]);
    }
  }

  @Test
  @DisplayName("5 the metastream of a tombstoned stream is deleted, also one without events")
  void metastream_of_tombstoned() {
    state("tombstoned");
    assertThat(brief(wire.delete("$$" + s, "any"))).isEqualTo("deleted");
    assertThat(brief(wire.tombstone("$$" + s, "any"))).isEqualTo("deleted");
  }

  @Test
  @DisplayName(
      "5 a deletion discards all other metadata; the position is that of the event written")
  void deletion_discards_metadata() {
    state("present");
    wire.metadata(s, "{\"k\":1,\"$maxCount\":1}");
    wire.delete(s, "any");
    assertThat(
            wire.open("$$" + s)
                .await()
                .messages()
                .getFirst()
                .getEvent()
                .getEvent()
                .getData()
                .toStringUtf8())
        .isEqualTo("{\"$tb\":9223372036854775807}");
  }

  @Test
  @DisplayName("1.7 a wrong version carries stream, expected and actual version as trailers")
  void trailers() {
    state("absent");
    var options =
        DeleteReq.Options.newBuilder().setStreamIdentifier(Wire.identifier(s)).setAny(Wire.EMPTY);
    var answers = new Answers<DeleteResp>();
    wire.stub().delete(DeleteReq.newBuilder().setOptions(options).build(), answers);
    answers.await();
    assertThat(answers.trailer("stream-name")).isEqualTo(s);
    assertThat(answers.trailer("expected-version")).isEqualTo("-2");
    assertThat(answers.trailer("actual-version")).isEqualTo("-1");
  }

  @Test
  @DisplayName("9.10 a name that is not printable ASCII goes percent-encoded into trailers")
  void trailers_of_other_names() {
    var options =
        DeleteReq.Options.newBuilder()
            .setStreamIdentifier(Wire.identifier("ä b\n"))
            .setAny(Wire.EMPTY);
    var answers = new Answers<DeleteResp>();
    wire.stub().delete(DeleteReq.newBuilder().setOptions(options).build(), answers);
    assertThat(answers.await().trailer("stream-name")).isEqualTo("%C3%A4 b%0A");
  }

  @Test
  @DisplayName("1.7 without options or stream UNKNOWN, without expected revision INVALID_ARGUMENT")
  void incomplete_requests() {
    var nothing = new Answers<DeleteResp>();
    wire.stub().delete(DeleteReq.getDefaultInstance(), nothing);
    assertThat(nothing.await().error()).isEqualTo("UNKNOWN");
    var stream = DeleteReq.Options.newBuilder().setStreamIdentifier(Wire.identifier("x"));
    var unexpected = new Answers<DeleteResp>();
    wire.stub().delete(DeleteReq.newBuilder().setOptions(stream).build(), unexpected);
    assertThat(unexpected.await().error()).isEqualTo("INVALID_ARGUMENT");
  }
}
