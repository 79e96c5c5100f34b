package dev.foldline.bench;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadResp;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A consumer of a persistent subscription by the generated stubs, which acks each event. */
final class Acknowledging implements ClientResponseObserver<ReadReq, ReadResp> {

  private final ReadReq first;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private long left;
  private @Nullable ClientCallStreamObserver<ReadReq> requests;

  /**
   * @param events after how many it is done
   */
  Acknowledging(String group, int bufferSize, long events) {
    this.left = events;
    this.first =
        ReadReq.newBuilder()
            .setOptions(
                ReadReq.Options.newBuilder()
                    .setAll(Empty.getDefaultInstance())
                    .setGroupName(group)
                    .setBufferSize(bufferSize)
                    .setUuidOption(
                        ReadReq.Options.UUIDOption.newBuilder()
                            .setStructured(Empty.getDefaultInstance())))
            .build();
  }

  CompletableFuture<Void> done() {
    return done;
  }

  ReadReq first() {
    return first;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ReadReq> requests) {
    this.requests = requests;
  }

  @Override
  public void onNext(ReadResp answer) {
    if (answer.hasEvent()) {
      var call = Objects.requireNonNull(requests);
      call.onNext(
          ReadReq.newBuilder()
              .setAck(ReadReq.Ack.newBuilder().addIds(answer.getEvent().getEvent().getId()))
              .build());
      if (--left == 0) {
        call.onCompleted();
        done.complete(null);
      }
    }
  }

  @Override
  public void onError(Throwable failure) {
    done.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    done.complete(null);
  }
}
