package dev.foldline.embedded.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.ExpectedRevision;
import dev.foldline.embedded.log.NewEvent;
import dev.foldline.embedded.security.AccessPolicy;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BulkImportTest {
  private static final int BATCHES = 200;
  private static final int SECONDS = 30;
  private static final ByteString LARGE = ByteString.copyFrom(new byte[1_000_000]);

  private final Responses responses = new Responses();

  /** What a call is asked for and answered. */
  private static final class Responses extends ServerCallStreamObserver<BatchAppendResp> {
    private final Semaphore requested = new Semaphore(0);
    private final Queue<BatchAppendResp> answers = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> completed = new CompletableFuture<>();

    @Override
    public void request(int count) {
      requested.release(count);
    }

    @Override
    public void onNext(BatchAppendResp answer) {
      answers.add(answer);
    }

    @Override
    public void onError(Throwable failure) {
      completed.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      completed.complete(null);
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void disableAutoRequest() {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void setMessageCompression(boolean enabled) {}
  }

  private static BatchAppendReq batch() {
    var request =
        BatchAppendReq.newBuilder().setCorrelationId(id(UUID.randomUUID())).setIsFinal(true);
    request
        .getOptionsBuilder()
        .setAny(Empty.getDefaultInstance())
        .setStreamIdentifier(ReadEvents.identifier("import"));
    request
        .addProposedMessagesBuilder()
        .setId(id(new UUID(0, 1)))
        .putMetadata("type", "e")
        .putMetadata("content-type", "application/octet-stream")
        .setData(LARGE);
    return request.build();
  }

  private static Shared.UUID id(UUID id) {
    return Shared.UUID.newBuilder().setString(id.toString()).build();
  }

  @Test
  @DisplayName("2.7 a bulk import that is faster than the disk is slowed down, and not ended")
  void slowed_down() throws Exception {
    var exceeded = new AtomicBoolean();
    var share = new IngressBudget(() -> exceeded.set(true)).new Share();
    var busy = new CompletableFuture<Void>();
    var mayGoOn = new CompletableFuture<Void>();
    try (var timer = Executors.newSingleThreadScheduledExecutor();
        var log = EventLog.open(null, false, Runnable::run)) {
      var _ =
          log.onCommit(
              _ -> {
                busy.complete(null);
                mayGoOn.orTimeout(SECONDS, TimeUnit.SECONDS).join();
              });
      var _ = log.append("other", ExpectedRevision.ANY, List.of(NewEvent.json("e", "{}")));
      busy.get(SECONDS, TimeUnit.SECONDS);
      var call =
          new BatchAppendCall(log, AccessPolicy.OPEN, Limits.DEFAULT, share, timer, responses);

      for (int sent = 0; sent < BATCHES; sent++) {
        if (!responses.requested.tryAcquire()) {
          mayGoOn.complete(null);
          assertThat(responses.requested.tryAcquire(SECONDS, TimeUnit.SECONDS)).isTrue();
        }
        call.onNext(batch());
      }
      mayGoOn.complete(null);
      call.onCompleted();

      responses.completed.get(SECONDS, TimeUnit.SECONDS);
      assertThat(responses.answers).hasSize(BATCHES).allMatch(BatchAppendResp::hasSuccess);
      assertThat(exceeded).isFalse();
      assertThat(share.held()).isZero();
    }
  }

  @Test
  @DisplayName("2.7 batches that all wait for their end are not waited for")
  void open_batches() throws Exception {
    var share = new IngressBudget(() -> {}).new Share();
    try (var timer = Executors.newSingleThreadScheduledExecutor();
        var log = EventLog.open(null, false, Runnable::run)) {
      var call =
          new BatchAppendCall(log, AccessPolicy.OPEN, Limits.DEFAULT, share, timer, responses);
      List<BatchAppendReq> batches = Stream.generate(BulkImportTest::batch).limit(20).toList();
      for (BatchAppendReq batch : batches) {
        assertThat(responses.requested.tryAcquire(SECONDS, TimeUnit.SECONDS)).isTrue();
        call.onNext(batch.toBuilder().setIsFinal(false).build());
      }
      for (BatchAppendReq batch : batches) {
        assertThat(responses.requested.tryAcquire(SECONDS, TimeUnit.SECONDS)).isTrue();
        call.onNext(batch.toBuilder().clearProposedMessages().build());
      }
      call.onCompleted();
      responses.completed.get(SECONDS, TimeUnit.SECONDS);
      assertThat(responses.answers).hasSize(20).allMatch(BatchAppendResp::hasSuccess);
    }
  }
}
