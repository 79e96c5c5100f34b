package dev.foldline.eventstoredb.connection;

import static dev.foldline.eventstoredb.connection.ScriptedNode.Features.BATCHES;
import static dev.foldline.eventstoredb.connection.ScriptedNode.Features.NO_BATCHES;
import static dev.foldline.eventstoredb.connection.ScriptedNode.Features.UNKNOWN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.DeleteStreamOptions;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.foldline.core.Appended;
import dev.foldline.core.Away;
import dev.foldline.core.NotFound;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.WrongRevision;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.WithEventStore;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Appends")
@WithEventStore
class AppendsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final String a = EventStoreServer.unique("a");
  private final String gone = EventStoreServer.unique("gone");

  private static StoredEvent event() {
    return new StoredEvent(UUID.randomUUID(), "e", "{}".getBytes(UTF_8), new byte[0]);
  }

  private static <T> T get(Uni<T> uni) {
    return uni.await().atMost(PATIENCE);
  }

  private static Uni<Appended> append(EventStore store, String stream, long expected) {
    return store.append(stream, expected, List.of(event()));
  }

  @Test
  void end_where_the_store_says(EventStoreServer server) {
    try (EventStore store = new EventStore(server.connectionString(), TIMEOUT)) {
      assertThat(get(append(store, a, -1)).revision()).isZero();
      Appended second = get(append(store, a, 0));
      assertThat(second.revision()).isEqualTo(1);
      assertThat(get(store.append(a, List.of(event()))).revision()).isEqualTo(2);
      assertThat(get(store.remaining(a, 1, 1)))
          .extracting(Recorded::position)
          .containsExactly(second.position());
    }
  }

  @Test
  void keep_what_they_are_given(EventStoreServer server) {
    try (EventStore store = new EventStore(server.connectionString(), TIMEOUT)) {
      StoredEvent event =
          new StoredEvent(
              UUID.randomUUID(), "typed", "{\"a\":1}".getBytes(UTF_8), "{\"b\":2}".getBytes(UTF_8));

      get(store.append(a, List.of(event, event())));

      List<Recorded<StoredEvent>> stored = get(store.remaining(a, 0, 10));
      assertThat(stored).hasSize(2);
      assertThat(stored.getFirst().event()).usingRecursiveComparison().isEqualTo(event);
      assertThat(stored.getFirst().time()).isAfter(Instant.now().minus(PATIENCE));
      assertThat(stored.getFirst().metadata()).containsEntry("b", 2);
    }
  }

  @Test
  void tell_a_wrong_revision_and_a_deleted_stream(EventStoreServer server) throws Exception {
    try (EventStore store = new EventStore(server.connectionString(), TIMEOUT)) {
      get(append(store, gone, -1));
      server.client().tombstoneStream(gone, DeleteStreamOptions.get()).get(20, TimeUnit.SECONDS);

      assertThatThrownBy(() -> get(append(store, a, 7))).isInstanceOf(WrongRevision.class);
      assertThatThrownBy(() -> get(append(store, gone, -1))).isInstanceOf(NotFound.class);
      assertThat(get(append(store, a, -1)).revision()).isZero();
    }
  }

  @Test
  void each_get_their_own_answer(EventStoreServer server) {
    try (EventStore store = new EventStore(server.connectionString(), TIMEOUT)) {
      List<Uni<Appended>> answers =
          IntStream.range(0, 100)
              .mapToObj(
                  i -> store.append(a + "-" + i % 10, List.of(event())).memoize().indefinitely())
              .toList();
      answers.forEach(answer -> answer.subscribe().with(_ -> {}, _ -> {}));

      for (int i = 0; i < 100; i++) {
        assertThat(get(answers.get(i)).revision()).isEqualTo(i / 10);
      }
    }
  }

  @Test
  void are_done_or_unknown_when_the_store_goes_away_and_go_on_when_it_is_back() {
    try (var server = EventStoreServer.start();
        EventStore store = new EventStore(server.connectionString(), TIMEOUT)) {
      get(append(store, gone, -1));
      List<Uni<Appended>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        Uni<Appended> answer = store.append(a, List.of(event())).memoize().indefinitely();
        answer.subscribe().with(_ -> {}, _ -> {});
        answers.add(answer);
      }
      server.stop();

      for (Uni<Appended> answer : answers) {
        try {
          get(answer);
        } catch (OutcomeUnknown | Away e) {
          assertThat(e.code()).isIn("outcome-unknown", "unavailable");
        }
      }
      server.comeBack();
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(Unavailable.class)
          .until(() -> get(append(store, EventStoreServer.unique("new"), -1)).revision() == 0);
    }
  }

  /** Takes appends by calls of their own. */
  private static final class Alone extends StreamsGrpc.StreamsImplBase {

    @Override
    public StreamObserver<AppendReq> append(StreamObserver<AppendResp> answers) {
      return new Collecting<>() {
        @Override
        public void onCompleted() {
          AppendResp.Builder answer = AppendResp.newBuilder();
          if (came.getFirst().getOptions().hasRevision()) {
            answer.setWrongExpectedVersion(AppendResp.WrongExpectedVersion.getDefaultInstance());
          } else {
            answer.setSuccess(
                AppendResp.Success.newBuilder()
                    .setCurrentRevision(came.size() - 2)
                    .setPosition(AppendResp.Position.newBuilder().setCommitPosition(7)));
          }
          answers.onNext(answer.build());
          answers.onCompleted();
        }
      };
    }
  }

  private abstract static class Collecting<T> implements StreamObserver<T> {

    final List<T> came = new ArrayList<>();

    @Override
    public void onNext(T message) {
      came.add(message);
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }

  @ParameterizedTest
  @EnumSource
  void go_by_calls_of_their_own_where_a_node_takes_no_others(ScriptedNode.Features features) {
    try (ScriptedNode node = new ScriptedNode(features, new Alone());
        EventStore store = new EventStore(node.connectionString(), TIMEOUT)) {
      assertThat(get(store.append(a, -1, List.of(event(), event())))).isEqualTo(new Appended(1, 7));
      assertThatThrownBy(() -> get(append(store, a, 3))).isInstanceOf(WrongRevision.class);
      assertThat(node.times("Append")).isEqualTo(2);
      assertThat(node.times("BatchAppend")).isEqualTo(features == BATCHES ? 1 : 0);
    }
  }

  /** Ends each call for appends in the same way. */
  private static final class Ending extends StreamsGrpc.StreamsImplBase {

    private final RuntimeException end;

    Ending(RuntimeException end) {
      this.end = end;
    }

    @Override
    public StreamObserver<AppendReq> append(StreamObserver<AppendResp> answers) {
      return new Collecting<>() {
        @Override
        public void onCompleted() {
          answers.onError(end);
        }
      };
    }

    @Override
    public StreamObserver<BatchAppendReq> batchAppend(StreamObserver<BatchAppendResp> answers) {
      return new Collecting<>() {
        @Override
        public void onNext(BatchAppendReq message) {
          answers.onError(end);
        }
      };
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CANCELLED, true",
    "UNKNOWN, true",
    "DEADLINE_EXCEEDED, true",
    "RESOURCE_EXHAUSTED, true",
    "ABORTED, true",
    "INTERNAL, true",
    "UNAVAILABLE, true",
    "DATA_LOSS, true",
    "INVALID_ARGUMENT, false",
    "NOT_FOUND, false",
    "ALREADY_EXISTS, false",
    "PERMISSION_DENIED, false",
    "FAILED_PRECONDITION, false",
    "OUT_OF_RANGE, false",
    "UNAUTHENTICATED, false",
  })
  void are_unknown_unless_the_end_of_their_call_says_that_they_were_not_done(
      Status.Code code, boolean unknown) {
    for (ScriptedNode.Features features : List.of(BATCHES, NO_BATCHES)) {
      try (ScriptedNode node =
              new ScriptedNode(features, new Ending(code.toStatus().asRuntimeException()));
          EventStore store = new EventStore(node.connectionString(), TIMEOUT)) {
        Throwable failure =
            append(store, a, -1).onItemOrFailure().transform((_, e) -> e).await().atMost(PATIENCE);
        assertThat(failure instanceof OutcomeUnknown).isEqualTo(unknown);
        assertThat(node.times("BatchAppend") + node.times("Append")).isEqualTo(1);
      }
    }
  }

  /** Takes appends, and answers each as it is told. */
  private static final class Answering extends StreamsGrpc.StreamsImplBase {

    private final BiConsumer<BatchAppendReq, StreamObserver<BatchAppendResp>> answer;

    Answering(BiConsumer<BatchAppendReq, StreamObserver<BatchAppendResp>> answer) {
      this.answer = answer;
    }

    @Override
    public StreamObserver<BatchAppendReq> batchAppend(StreamObserver<BatchAppendResp> answers) {
      return new Collecting<>() {
        @Override
        public void onNext(BatchAppendReq message) {
          answer.accept(message, answers);
        }
      };
    }
  }

  private static BatchAppendResp.Builder to(BatchAppendReq request) {
    return BatchAppendResp.newBuilder().setCorrelationId(request.getCorrelationId());
  }

  /** As a server says it in the answer, and the call goes on. */
  @ParameterizedTest
  @CsvSource({
    "DEADLINE_EXCEEDED, Timeout, dev.foldline.core.OutcomeUnknown",
    "UNKNOWN, Unknown, dev.foldline.core.OutcomeUnknown",
    "OK, '', dev.foldline.core.OutcomeUnknown",
    "ALREADY_EXISTS, WrongExpectedVersion, dev.foldline.core.WrongRevision",
    "NOT_FOUND, StreamDeleted, dev.foldline.core.NotFound",
    "PERMISSION_DENIED, AccessDenied, dev.foldline.core.Unavailable",
    "INVALID_ARGUMENT, MaximumAppendSizeExceeded, dev.foldline.core.TooLarge",
    "INVALID_ARGUMENT, BadRequest, io.grpc.StatusRuntimeException",
  })
  void mean_what_the_answer_says(Status.Code code, String message, Class<?> meaning) {
    Answering answering =
        new Answering(
            (request, answers) ->
                answers.onNext(to(request).setError(error(code.value(), message)).build()));
    try (ScriptedNode node = new ScriptedNode(BATCHES, answering);
        EventStore store = new EventStore(node.connectionString(), TIMEOUT)) {
      assertThatThrownBy(() -> get(append(store, a, 0))).isInstanceOf(meaning);
      assertThatThrownBy(() -> get(append(store, a, 0))).isInstanceOf(meaning);
      assertThat(node.times("BatchAppend")).isEqualTo(1);
    }
  }

  /** Two jars have this message, whose code is a number in one and a name in the other. */
  private static com.google.rpc.Status error(int code, String message) {
    try {
      return com.google.rpc.Status.parseFrom(
          DynamicMessage.newBuilder(com.google.rpc.Status.getDescriptor())
              .setUnknownFields(
                  UnknownFieldSet.newBuilder()
                      .addField(1, UnknownFieldSet.Field.newBuilder().addVarint(code).build())
                      .build())
              .setField(com.google.rpc.Status.getDescriptor().findFieldByName("message"), message)
              .build()
              .toByteString());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** It may have been done by the one that led before it said that it does no longer. */
  @Test
  void are_unknown_at_a_node_that_took_others_before_it_named_another_leader(
      EventStoreServer server) {
    RuntimeException elsewhere =
        ScriptedNode.notLeader("127.0.0.1", Integer.toString(server.port()));
    try (ScriptedNode node = new ScriptedNode(BATCHES, takesOneBefore(elsewhere));
        EventStore store = new EventStore(node.connectionString(), TIMEOUT)) {
      get(append(store, a, -1));
      assertThatThrownBy(() -> get(append(store, a, 0))).isInstanceOf(OutcomeUnknown.class);
      assertThat(get(append(store, a, -1)).revision()).isZero();
    }
  }

  @Test
  void are_unknown_at_a_node_that_took_others_before_it_said_that_it_takes_none() {
    RuntimeException none = Status.UNIMPLEMENTED.asRuntimeException();
    try (ScriptedNode node = new ScriptedNode(BATCHES, takesOneBefore(none));
        EventStore store = new EventStore(node.connectionString(), TIMEOUT)) {
      get(append(store, a, -1));
      assertThatThrownBy(() -> get(append(store, a, 0))).isInstanceOf(OutcomeUnknown.class);
      assertThat(node.times("Append")).isZero();
    }
  }

  private static Answering takesOneBefore(RuntimeException end) {
    AtomicInteger came = new AtomicInteger();
    return new Answering(
        (request, answers) -> {
          if (came.incrementAndGet() == 1) {
            answers.onNext(
                to(request)
                    .setSuccess(BatchAppendResp.Success.newBuilder().setCurrentRevision(0))
                    .build());
          } else {
            answers.onError(end);
          }
        });
  }

  @Test
  void fail_each_time_where_there_is_no_such_host() {
    try (EventStore store = new EventStore("esdb://no-such.invalid?tls=false", TIMEOUT)) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> get(append(store, a, -1))).isInstanceOf(Unavailable.class);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void are_sent_to_the_leader_that_a_node_names(
      ScriptedNode.Features features, EventStoreServer server) {
    RuntimeException elsewhere =
        ScriptedNode.notLeader("127.0.0.1", Integer.toString(server.port()));
    try (ScriptedNode node = new ScriptedNode(features, new Ending(elsewhere));
        EventStore store = new EventStore(node.connectionString(), TIMEOUT)) {
      assertThat(get(append(store, a, -1)).revision()).isZero();
      assertThat(get(append(store, a, 0)).revision()).isEqualTo(1);
      assertThat(node.times("BatchAppend") + node.times("Append")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Garbage.class)
  void are_not_sent_where_there_is_nobody(Garbage garbage) {
    RuntimeException nowhere = ScriptedNode.notLeader(garbage.host, garbage.port);
    try (ScriptedNode node = new ScriptedNode(BATCHES, new Ending(nowhere));
        EventStore store = new EventStore(node.connectionString(), TIMEOUT)) {
      assertThatThrownBy(() -> get(append(store, a, -1))).isInstanceOf(Unavailable.class);
    }
  }

  enum Garbage {
    NO_HOST("", "2113"),
    NO_PORT("127.0.0.1", ""),
    WORDS("127.0.0.1", "two"),
    TOO_HIGH("127.0.0.1", "65536"),
    NO_NAME_OF_A_HOST("no host", "2113"),
    FAR_TOO_HIGH("127.0.0.1", "99999999999999999999"),
    NEGATIVE("127.0.0.1", "-1"),
    CLOSED("127.0.0.1", "1");

    private final String host;
    private final String port;

    Garbage(String host, String port) {
      this.host = host;
      this.port = port;
    }
  }

  /** Keeps what it is sent to itself, until it is told to answer. */
  private static final class Silent extends StreamsGrpc.StreamsImplBase {

    private final Queue<StreamObserver<BatchAppendResp>> open = new ConcurrentLinkedQueue<>();

    @Override
    public StreamObserver<BatchAppendReq> batchAppend(StreamObserver<BatchAppendResp> answers) {
      open.add(answers);
      return new Collecting<>() {};
    }
  }

  @Test
  void are_unknown_where_they_are_not_answered_in_time_and_the_next_go_by_another_call() {
    Silent silent = new Silent();
    try (ScriptedNode node = new ScriptedNode(BATCHES, silent);
        EventStore store = new EventStore(node.connectionString(), Duration.ofMillis(200))) {
      assertThatThrownBy(() -> get(append(store, a, -1))).isInstanceOf(OutcomeUnknown.class);
      assertThatThrownBy(() -> get(append(store, a, -1))).isInstanceOf(OutcomeUnknown.class);
      assertThat(silent.open).hasSize(2);
    }
  }

  @Test
  void heed_no_answers_to_what_was_not_asked() {
    StreamsGrpc.StreamsImplBase lying =
        new StreamsGrpc.StreamsImplBase() {
          @Override
          public StreamObserver<BatchAppendReq> batchAppend(
              StreamObserver<BatchAppendResp> answers) {
            return new Collecting<>() {
              @Override
              public void onNext(BatchAppendReq request) {
                BatchAppendResp.Builder done =
                    BatchAppendResp.newBuilder()
                        .setSuccess(BatchAppendResp.Success.newBuilder().setCurrentRevision(41));
                answers.onNext(done.build());
                answers.onNext(
                    done.setCorrelationId(request.getCorrelationId())
                        .setSuccess(BatchAppendResp.Success.newBuilder().setCurrentRevision(42))
                        .build());
                answers.onNext(done.build());
              }
            };
          }
        };
    try (ScriptedNode node = new ScriptedNode(BATCHES, lying);
        EventStore store = new EventStore(node.connectionString(), TIMEOUT)) {
      assertThat(get(append(store, a, -1)).revision()).isEqualTo(42);
      assertThat(get(append(store, a, 42)).revision()).isEqualTo(42);
    }
  }

  @Test
  void say_who_the_application_is_and_that_only_the_leader_may_answer() {
    try (ScriptedNode node = new ScriptedNode(UNKNOWN, new Alone());
        EventStore store =
            new EventStore("esdb://bank:s3cret@" + node.endpoint() + "?tls=false", TIMEOUT)) {
      get(append(store, a, -1));
      Metadata headers = node.calls().getFirst().headers();
      assertThat(headers.get(ScriptedNode.ascii("requires-leader"))).isEqualTo("true");
      assertThat(headers.get(ScriptedNode.ascii("authorization")))
          .isEqualTo("Basic YmFuazpzM2NyZXQ=");
    }
  }

  @Test
  void are_refused_above_what_is_kept_of_them() {
    Silent silent = new Silent();
    StoredEvent large = new StoredEvent(UUID.randomUUID(), "e", new byte[15_000_000], new byte[0]);
    try (ScriptedNode node = new ScriptedNode(BATCHES, silent);
        EventStore store = new EventStore(node.connectionString(), TIMEOUT)) {
      for (int i = 0; i < 17; i++) {
        store.append(a, List.of(large)).subscribe().with(_ -> {}, _ -> {});
      }
      assertThatThrownBy(() -> get(store.append(a, List.of(large))))
          .isInstanceOfSatisfying(
              Unavailable.class, e -> assertThat(e.code()).isEqualTo("overloaded"));
    }
  }
}
