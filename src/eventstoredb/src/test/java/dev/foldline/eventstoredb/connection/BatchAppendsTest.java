package dev.foldline.eventstoredb.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.DeleteStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBClientSettings;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import dev.foldline.core.Appended;
import dev.foldline.core.NotFound;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.WrongRevision;
import dev.foldline.testing.EventStoreServer;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Appends by one call that stays open")
class BatchAppendsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final EventStoreServer store = EventStoreServer.start();
  private final BatchAppends appends = new BatchAppends(Duration.ofSeconds(5));
  private EventStoreDBClient client = connected(appends);
  private final String a = EventStoreServer.unique("a");
  private final String gone = EventStoreServer.unique("gone");

  @AfterEach
  void close() throws Exception {
    appends.close();
    client.shutdown().get(20, TimeUnit.SECONDS);
    store.close();
  }

  @Test
  void are_none_before_the_client_has_appended() {
    assertThat(append(a, ExpectedRevision.any())).isEmpty();
  }

  @Test
  void end_where_the_clients_would() throws Exception {
    appendedByTheClient();

    assertThat(done(append(a, ExpectedRevision.noStream())).revision()).isZero();
    Appended second = done(append(a, ExpectedRevision.expectedRevision(0)));
    assertThat(second.revision()).isEqualTo(1);
    assertThat(done(append(a, ExpectedRevision.any())).revision()).isEqualTo(2);
    assertThat(second.position())
        .isEqualTo(
            client
                .readStream(a, ReadStreamOptions.get())
                .get(20, TimeUnit.SECONDS)
                .getEvents()
                .get(1)
                .getOriginalEvent()
                .getPosition()
                .getCommitUnsigned());
  }

  @Test
  void keep_what_they_are_given() throws Exception {
    appendedByTheClient();
    StoredEvent event =
        new StoredEvent(
            UUID.randomUUID(), "typed", "{\"a\":1}".getBytes(UTF_8), "{\"b\":2}".getBytes(UTF_8));

    done(appends.append(a, ExpectedRevision.any(), List.of(event, event())));

    var stored =
        client.readStream(a, ReadStreamOptions.get()).get(20, TimeUnit.SECONDS).getEvents().stream()
            .map(read -> ClientEvents.toRecorded(read.getOriginalEvent()).event())
            .toList();
    assertThat(stored).hasSize(2);
    assertThat(stored.getFirst()).usingRecursiveComparison().isEqualTo(event);
  }

  @Test
  void tell_a_wrong_revision_and_a_deleted_stream() throws Exception {
    appendedByTheClient();
    client.tombstoneStream(gone, DeleteStreamOptions.get()).get(20, TimeUnit.SECONDS);

    assertThatThrownBy(() -> done(append(a, ExpectedRevision.expectedRevision(7))))
        .hasCauseInstanceOf(WrongRevision.class);
    assertThatThrownBy(() -> done(append(gone, ExpectedRevision.any())))
        .hasCauseInstanceOf(NotFound.class);
    assertThat(done(append(a, ExpectedRevision.noStream())).revision()).isZero();
  }

  @Test
  void each_get_their_own_answer() throws Exception {
    appendedByTheClient();

    List<CompletableFuture<Appended>> answers =
        IntStream.range(0, 100)
            .mapToObj(i -> append(a + "-" + i % 10, ExpectedRevision.any()).orElseThrow())
            .toList();

    for (int i = 0; i < 100; i++) {
      assertThat(answers.get(i).get(20, TimeUnit.SECONDS).revision()).isEqualTo(i / 10);
    }
  }

  @Test
  void are_unknown_when_the_store_goes_away_and_the_clients_again_until_it_appends()
      throws Exception {
    appendedByTheClient();
    List<CompletableFuture<Appended>> answers =
        IntStream.range(0, 200)
            .mapToObj(_ -> append(a, ExpectedRevision.any()).orElseThrow())
            .toList();
    store.stop();

    for (CompletableFuture<Appended> answer : answers) {
      try {
        answer.get(20, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(OutcomeUnknown.class);
      }
    }
    await().atMost(PATIENCE).until(() -> append(a, ExpectedRevision.any()).isEmpty());
    store.comeBack();
    client.shutdown().get(20, TimeUnit.SECONDS);
    client = connected(appends);
    appendedByTheClient();
    assertThat(done(append(a, ExpectedRevision.any())).revision()).isZero();
  }

  @Test
  void are_the_clients_again_once_given_up() throws Exception {
    appendedByTheClient();

    appends.giveUp();

    assertThat(append(a, ExpectedRevision.any())).isEmpty();
    appendedByTheClient();
    assertThat(done(append(gone, ExpectedRevision.any())).revision()).isZero();
  }

  @Test
  void go_the_clients_way_where_they_meet_the_end_of_their_call() throws Exception {
    client.shutdown().get(20, TimeUnit.SECONDS);
    List<Optional<CompletableFuture<Appended>>> met = new ArrayList<>();
    client = connected(new AtCancel(() -> met.add(append(a, ExpectedRevision.any()))), appends);
    appendedByTheClient();

    appends.giveUp();

    assertThat(met).containsExactly(Optional.empty());
  }

  /**
   * Does something as soon as a call is cancelled: from then on gRPC throws at what is sent by it.
   */
  private record AtCancel(Runnable work) implements ClientInterceptor {

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel channel) {
      return new SimpleForwardingClientCall<>(channel.newCall(method, options)) {
        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {
          super.cancel(message, cause);
          work.run();
        }
      };
    }
  }

  @Test
  void are_none_any_more_once_closed() throws Exception {
    appendedByTheClient();

    appends.close();

    appended();
    assertThat(append(a, ExpectedRevision.any())).isEmpty();
  }

  @Test
  void are_given_up_with_their_call_where_there_was_not_the_time() throws Exception {
    try (BatchAppends hurried = new BatchAppends(Duration.ofNanos(1))) {
      EventStoreDBClient other = connected(hurried);
      try {
        other
            .appendToStream("warm", EventData.builderAsJson("e", new byte[] {'{', '}'}).build())
            .get(20, TimeUnit.SECONDS);
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    hurried
                        .append(a, ExpectedRevision.any(), List.of(event()))
                        .map(answer -> answer.handle((_, failure) -> failure).join())
                        .filter(TimeoutException.class::isInstance)
                        .isPresent());
        await()
            .atMost(PATIENCE)
            .until(() -> hurried.append(a, ExpectedRevision.any(), List.of(event())).isEmpty());
      } finally {
        other.shutdown().get(20, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void make_way_when_the_client_leaves_its_connection() throws Exception {
    appendedByTheClient();

    ClientCall<ReadReq, ReadResp> call =
        appends.interceptCall(StreamsGrpc.getReadMethod(), CallOptions.DEFAULT, new Elsewhere());
    call.start(new ClientCall.Listener<>() {}, new Metadata());

    assertThat(append(a, ExpectedRevision.any())).isEmpty();
  }

  /** Where every call is told of another leader. */
  private static final class Elsewhere extends Channel {

    @Override
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
      return new ClientCall<>() {
        @Override
        public void start(Listener<A> listener, Metadata headers) {
          Metadata trailers = new Metadata();
          trailers.put(
              Metadata.Key.of("leader-endpoint-host", Metadata.ASCII_STRING_MARSHALLER), "other");
          listener.onClose(Status.NOT_FOUND, trailers);
        }

        @Override
        public void request(int messages) {}

        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {}

        @Override
        public void halfClose() {}

        @Override
        public void sendMessage(Q message) {}
      };
    }

    @Override
    public String authority() {
      return "elsewhere";
    }
  }

  private EventStoreDBClient connected(ClientInterceptor... interceptors) {
    EventStoreDBClientSettings settings =
        EventStoreDBConnectionString.parseOrThrow(store.connectionString());
    settings.getInterceptors().addAll(List.of(interceptors));
    return EventStoreDBClient.create(settings);
  }

  private static StoredEvent event() {
    return new StoredEvent(UUID.randomUUID(), "e", "{}".getBytes(UTF_8), new byte[0]);
  }

  private Optional<CompletableFuture<Appended>> append(String stream, ExpectedRevision expected) {
    return appends.append(stream, expected, List.of(event()));
  }

  private static Appended done(Optional<CompletableFuture<Appended>> answer) throws Exception {
    return answer.orElseThrow().get(20, TimeUnit.SECONDS);
  }

  private void appended() throws Exception {
    client
        .appendToStream("warm", EventData.builderAsJson("e", new byte[] {'{', '}'}).build())
        .get(20, TimeUnit.SECONDS);
  }

  private void appendedByTheClient() throws Exception {
    appended();
    await().atMost(PATIENCE).until(() -> append("probe", ExpectedRevision.any()).isPresent());
  }
}
