package dev.foldline.bench;

import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** BatchAppend by the generated stubs: one call, many appends under way. */
final class BatchAppends implements StreamObserver<BatchAppendResp> {

  private final Map<String, CompletableFuture<Void>> open = new ConcurrentHashMap<>();
  private final StreamObserver<BatchAppendReq> requests;

  BatchAppends(ManagedChannel channel) {
    this.requests = StreamsGrpc.newStub(channel).batchAppend(this);
  }

  CompletableFuture<Void> append(String stream, byte[] data) {
    String id = UUID.randomUUID().toString();
    CompletableFuture<Void> answer = new CompletableFuture<>();
    open.put(id, answer);
    BatchAppendReq request =
        BatchAppendReq.newBuilder()
            .setCorrelationId(Shared.UUID.newBuilder().setString(id))
            .setOptions(
                BatchAppendReq.Options.newBuilder()
                    .setStreamIdentifier(
                        Shared.StreamIdentifier.newBuilder()
                            .setStreamName(ByteString.copyFromUtf8(stream)))
                    .setAny(Empty.getDefaultInstance()))
            .addProposedMessages(
                BatchAppendReq.ProposedMessage.newBuilder()
                    .setId(Shared.UUID.newBuilder().setString(UUID.randomUUID().toString()))
                    .putMetadata("type", "measured")
                    .putMetadata("content-type", "application/json")
                    .setData(ByteString.copyFrom(data)))
            .setIsFinal(true)
            .build();
    synchronized (requests) {
      requests.onNext(request);
    }
    return answer;
  }

  void close() {
    synchronized (requests) {
      requests.onCompleted();
    }
  }

  @Override
  public void onNext(BatchAppendResp answer) {
    CompletableFuture<Void> append = open.remove(answer.getCorrelationId().getString());
    if (append == null) {
      throw new IllegalStateException("an answer to nothing: " + answer);
    } else if (answer.hasSuccess()) {
      append.complete(null);
    } else {
      append.completeExceptionally(new IllegalStateException(answer.getError().getMessage()));
    }
  }

  @Override
  public void onError(Throwable failure) {
    open.values().forEach(append -> append.completeExceptionally(failure));
  }

  @Override
  public void onCompleted() {
    // all was answered before
  }
}
