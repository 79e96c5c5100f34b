package dev.foldline.embedded.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteResp;
import com.google.protobuf.ByteString;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.ExpectedRevision;
import dev.foldline.embedded.log.NewEvent;
import dev.foldline.embedded.security.AccessPolicy;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LateWriteTest {

  @Test
  @DisplayName("1.6 a write whose turn does not come in two seconds is ABORTED, and not made")
  void aborted() throws Exception {
    var writerIsBusy = new CompletableFuture<Void>();
    var mayGoOn = new CompletableFuture<Void>();
    var ended = new CompletableFuture<Status.Code>();
    try (var timer = Executors.newSingleThreadScheduledExecutor();
        var log = EventLog.open(null, false, Runnable::run)) {
      append(log, "s").join();
      var _ =
          log.onCommit(
              _ -> {
                writerIsBusy.complete(null);
                mayGoOn.join();
              });
      var _ = append(log, "other");
      writerIsBusy.get(10, TimeUnit.SECONDS);

      new StreamsService(log, Runnable::run, AccessPolicy.OPEN, Limits.DEFAULT, timer)
          .delete(deletion("s"), tell(ended));
      Thread.sleep(EventLog.WRITE_TIMEOUT.plusMillis(1));
      mayGoOn.complete(null);

      assertThat(ended.get(10, TimeUnit.SECONDS)).isEqualTo(Status.Code.ABORTED);
      assertThat(log.read(snapshot -> snapshot.stream("s").exists()).join()).isTrue();
    }
  }

  private static CompletableFuture<?> append(EventLog log, String stream) {
    return log.append(stream, ExpectedRevision.ANY, List.of(NewEvent.json("e", "{}")));
  }

  private static DeleteReq deletion(String stream) {
    var request = DeleteReq.newBuilder();
    var options = request.getOptionsBuilder().setAny(Empty.getDefaultInstance());
    options.getStreamIdentifierBuilder().setStreamName(ByteString.copyFromUtf8(stream));
    return request.build();
  }

  private static StreamObserver<DeleteResp> tell(CompletableFuture<Status.Code> ended) {
    return new StreamObserver<>() {
      @Override
      public void onNext(DeleteResp response) {}

      @Override
      public void onError(Throwable failure) {
        ended.complete(Status.fromThrowable(failure).getCode());
      }

      @Override
      public void onCompleted() {
        ended.complete(Status.Code.OK);
      }
    };
  }
}
