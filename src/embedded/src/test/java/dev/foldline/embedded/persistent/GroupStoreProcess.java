package dev.foldline.embedded.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.google.protobuf.ByteString;
import dev.foldline.embedded.KillableStore;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A store in a process of its own, which can be killed. */
final class GroupStoreProcess extends GroupClient implements AutoCloseable {
  private static final int SECONDS = 30;
  private static final int INDEX_GENERATION = 64;

  private final KillableStore store;
  private final ManagedChannel channel;

  private GroupStoreProcess(KillableStore store, ManagedChannel channel) {
    super(channel);
    this.store = store;
    this.channel = channel;
  }

  /** Starts a store that keeps its events in a directory, and waits until it listens. */
  static GroupStoreProcess in(Path directory) throws IOException {
    var store = KillableStore.start(directory, INDEX_GENERATION, false);
    var channel = NettyChannelBuilder.forAddress("localhost", store.port()).usePlaintext().build();
    return new GroupStoreProcess(store, channel);
  }

  /** Appends that many events at once. */
  void append(String stream, int count) {
    var answer = new CompletableFuture<AppendResp>();
    var requests =
        StreamsGrpc.newStub(channel)
            .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
            .append(
                new StreamObserver<>() {
                  @Override
                  public void onNext(AppendResp response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable error) {
                    answer.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {}
                });
    var options = AppendReq.newBuilder();
    options
        .getOptionsBuilder()
        .setStreamIdentifier(identifier(stream))
        .setAny(Empty.getDefaultInstance());
    requests.onNext(options.build());
    for (int i = 0; i < count; i++) {
      var event = AppendReq.newBuilder();
      event
          .getProposedMessageBuilder()
          .putMetadata("type", "e")
          .putMetadata("content-type", "application/json")
          .setData(ByteString.copyFromUtf8("{}"))
          .getIdBuilder()
          .setString(UUID.randomUUID().toString());
      requests.onNext(event.build());
    }
    requests.onCompleted();
    assertThat(answer.orTimeout(SECONDS, TimeUnit.SECONDS).join().hasSuccess()).isTrue();
  }

  /** The data of a stream's readable events. */
  List<String> read(String stream) {
    var request = ReadReq.newBuilder();
    var options = request.getOptionsBuilder();
    options
        .getStreamBuilder()
        .setStreamIdentifier(identifier(stream))
        .setStart(Empty.getDefaultInstance());
    options.setCount(Long.MAX_VALUE).setNoFilter(Empty.getDefaultInstance());
    options.getUuidOptionBuilder().setString(Empty.getDefaultInstance());
    var data = new ArrayList<String>();
    StreamsGrpc.newBlockingStub(channel)
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
        .read(request.build())
        .forEachRemaining(
            response -> {
              if (response.hasEvent()) {
                data.add(response.getEvent().getEvent().getData().toStringUtf8());
              }
            });
    return data;
  }

  /** As {@code kill -9} does. */
  @Override
  public void close() {
    channel.shutdownNow();
    store.close();
  }
}
