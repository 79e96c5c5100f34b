package dev.foldline.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import com.google.protobuf.Duration;
import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(StoreExtension.class)
@DisplayName("2.7 BatchAppend")
class BatchAppendTest {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Wire wire;
  private final Answers<BatchAppendResp> answers = new Answers<>();
  private final StreamObserver<BatchAppendReq> call;
  private String s = "";

  BatchAppendTest(Wire wire) {
    this.wire = wire;
    call = wire.stub().batchAppend(answers);
  }

  @BeforeEach
  void freshStream() {
    s = "batch-" + COUNT.incrementAndGet();
  }

  @AfterEach
  void end() {
    answers.cancel();
  }

  private BatchAppendReq part(UUID id, Consumer<BatchAppendReq.Builder> change, String... events) {
    var request = BatchAppendReq.newBuilder().setCorrelationId(Wire.structured(id));
    for (String event : events) {
      var proposed = wire.event(event);
      request
          .addProposedMessagesBuilder()
          .setId(proposed.getId())
          .putAllMetadata(proposed.getMetadataMap())
          .setData(proposed.getData());
    }
    change.accept(request);
    return request.build();
  }

  private BatchAppendReq batch(
      Consumer<BatchAppendReq.Options.Builder> expected, String... events) {
    return part(
        UUID.randomUUID(),
        request -> {
          request.setIsFinal(true).getOptionsBuilder().setStreamIdentifier(Wire.identifier(s));
          expected.accept(request.getOptionsBuilder());
        },
        events);
  }

  private static void any(BatchAppendReq.Options.Builder options) {
    options.setAny(Empty.getDefaultInstance());
  }

  private String answerTo(BatchAppendReq request) {
    int before = answers.messages().size();
    call.onNext(request);
    return text(answers.until(seen -> seen.messages().size() > before).messages().get(before));
  }

  private static String text(BatchAppendResp answer) {
    return answer.hasSuccess()
        ? "ok " + answer.getSuccess().getCurrentRevision()
        : answer.getError().getCodeValue() + " " + answer.getError().getMessage();
  }

  @Test
  @DisplayName(
      "2.7 each batch is answered with its correlation id, its stream and no expected position")
  void success() {
    var request = batch(BatchAppendTest::any, "e0", "e1");
    assertThat(answerTo(request)).isEqualTo("ok 1");
    var answer = answers.messages().getFirst();
    assertThat(answer.getCorrelationId()).isEqualTo(request.getCorrelationId());
    assertThat(answer.getStreamIdentifier()).isEqualTo(Wire.identifier(s));
    assertThat(answer.getExpectedStreamPositionCase())
        .isEqualTo(BatchAppendResp.ExpectedStreamPositionCase.EXPECTEDSTREAMPOSITION_NOT_SET);
    assertThat(answer.getSuccess().getPosition().getCommitPosition()).isPositive();
    assertThat(wire.read(s)).hasSize(2);
  }

  @Test
  @DisplayName(
      "2.7 errors are bodies: WrongExpectedVersion, StreamDeleted, MaximumAppendSizeExceeded; the call goes on")
  void errors() {
    assertThat(answerTo(batch(options -> options.setStreamPosition(3), "x")))
        .isEqualTo("6 WrongExpectedVersion");
    assertThat(answerTo(batch(BatchAppendTest::any, "t".repeat(1 << 20))))
        .isEqualTo("3 MaximumAppendSizeExceeded");
    wire.tombstone(s, "any");
    assertThat(answerTo(batch(BatchAppendTest::any, "x"))).isEqualTo("5 StreamDeleted");
    assertThat(answers.ended()).isFalse();
  }

  @Test
  @DisplayName("2.7, 9.9 a bad batch is one BadRequest and nothing is written")
  void bad_requests() {
    List<BatchAppendReq> bad =
        List.of(
            batch(BatchAppendTest::any, "x").toBuilder().clearCorrelationId().build(),
            batch(_ -> {}, "x"),
            batch(
                options -> options.clearStreamIdentifier().setAny(Empty.getDefaultInstance()), "x"),
            batch(BatchAppendTest::any, "good", ""));
    for (BatchAppendReq request : bad) {
      assertThat(answerTo(request)).isEqualTo("3 BadRequest");
    }
    assertThat(answerTo(batch(BatchAppendTest::any, "last"))).isEqualTo("ok 0");
    assertThat(answers.messages()).hasSize(5);
  }

  @Test
  @DisplayName(
      "2.7 parts of one id accumulate until the final one; later options are ignored; the id may be used again")
  void parts() {
    UUID id = UUID.randomUUID();
    Consumer<BatchAppendReq.Builder> options =
        request -> any(request.getOptionsBuilder().setStreamIdentifier(Wire.identifier(s)));
    call.onNext(part(UUID.randomUUID(), _ -> {}, "ignored"));
    call.onNext(part(id, options, "e0"));
    call.onNext(part(id, request -> request.getOptionsBuilder().setStreamPosition(99), "e1"));
    assertThat(answerTo(part(id, request -> request.setIsFinal(true), "e2"))).isEqualTo("ok 2");
    assertThat(answerTo(part(id, options.andThen(request -> request.setIsFinal(true)), "e3")))
        .isEqualTo("ok 3");
  }

  @Test
  @DisplayName(
      "2.7 a zero or negative deadline is a Timeout at once; a batch without a final part at its deadline")
  void deadlines() {
    for (long seconds : new long[] {0, -1, Long.MIN_VALUE}) {
      var late =
          batch(
              options -> any(options.setDeadline(Duration.newBuilder().setSeconds(seconds))), "x");
      assertThat(answerTo(late)).isEqualTo("4 Timeout");
    }
    var open =
        batch(options -> any(options.setDeadline(Duration.newBuilder().setNanos(50_000_000))), "x");
    assertThat(answerTo(open.toBuilder().setIsFinal(false).build())).isEqualTo("4 Timeout");
    assertThat(wire.read(s)).containsExactly("not found");
  }

  @Test
  @DisplayName(
      "2.7, 9.9 after the half-close the call completes when all is answered, also if nothing is pending")
  void half_close() {
    var open =
        batch(options -> any(options.setDeadline(Duration.newBuilder().setNanos(50_000_000))), "x");
    call.onNext(batch(BatchAppendTest::any, "e0"));
    call.onNext(open.toBuilder().setIsFinal(false).build());
    call.onCompleted();
    answers.await();
    assertThat(answers.status().isOk()).isTrue();
    assertThat(answers.messages())
        .extracting(BatchAppendTest::text)
        .containsExactly("ok 0", "4 Timeout");
    var idle = new Answers<BatchAppendResp>();
    wire.stub().batchAppend(idle).onCompleted();
    assertThat(idle.await().status().isOk()).isTrue();
  }

  @Test
  @DisplayName("2.7 one call may import more than requests may hold at a time")
  void bulk() {
    String large = "t".repeat(500_000);
    for (int i = 0; i < 150; i++) {
      assertThat(answerTo(batch(BatchAppendTest::any, large))).isEqualTo("ok " + i);
    }
  }

  @Test
  @DisplayName("2.7 batches of one call are handled in order of arrival")
  void order() {
    for (int i = 0; i < 200; i++) {
      long position = i - 1L;
      call.onNext(
          i == 0
              ? batch(options -> options.setNoStream(Empty.getDefaultInstance()), "e")
              : batch(options -> options.setStreamPosition(position), "e"));
    }
    answers.until(seen -> seen.messages().size() == 200);
    assertThat(answers.messages()).allMatch(BatchAppendResp::hasSuccess);
  }
}
