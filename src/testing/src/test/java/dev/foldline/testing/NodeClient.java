package dev.foldline.testing;

import com.eventstore.dbclient.proto.gossip.GossipGrpc;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.ClusterInfo;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent;
import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc;
import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc.PersistentSubscriptionsStub;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.shared.Shared.StreamIdentifier;
import com.eventstore.dbclient.proto.shared.Shared.UUID;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsGrpc.StreamsStub;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.TombstoneReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.TombstoneResp;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Asks one node, each call with one header, and goes to no other node whatever is answered. */
final class NodeClient implements AutoCloseable {

  private static final Empty EMPTY = Empty.getDefaultInstance();
  private static final com.google.protobuf.Empty ANY =
      com.google.protobuf.Empty.getDefaultInstance();
  private static final Map<String, String> TYPE =
      Map.of("type", "happened", "content-type", "application/json");

  private final ManagedChannel channel;
  private final Channel withHeader;

  private NodeClient(int port, String requiresLeader) {
    Metadata header = new Metadata();
    header.put(
        Metadata.Key.of("requires-leader", Metadata.ASCII_STRING_MARSHALLER), requiresLeader);
    channel = ProxyServer.channelTo(port);
    withHeader =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(header));
  }

  static NodeClient requiresLeader(int port) {
    return new NodeClient(port, "True");
  }

  static NodeClient takesAnyNode(int port) {
    return new NodeClient(port, "false");
  }

  private StreamsStub streams() {
    return StreamsGrpc.newStub(withHeader);
  }

  private PersistentSubscriptionsStub groups() {
    return PersistentSubscriptionsGrpc.newStub(withHeader);
  }

  ClusterInfo gossip() {
    return GossipGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS).read(EMPTY);
  }

  private static StreamIdentifier stream(String name) {
    return StreamIdentifier.newBuilder().setStreamName(ByteString.copyFromUtf8(name)).build();
  }

  private static UUID id() {
    return UUID.newBuilder().setString(java.util.UUID.randomUUID().toString()).build();
  }

  /** An append that its client has yet to {@linkplain StreamObserver#onCompleted complete}. */
  StreamObserver<AppendReq> beginAppend(String stream, Answers<AppendResp> answers) {
    StreamObserver<AppendReq> requests = streams().append(answers);
    AppendReq.Builder options = AppendReq.newBuilder();
    options.getOptionsBuilder().setStreamIdentifier(stream(stream)).setAny(EMPTY);
    requests.onNext(options.build());
    AppendReq.Builder event = AppendReq.newBuilder();
    event.getProposedMessageBuilder().setId(id()).putAllMetadata(TYPE);
    requests.onNext(event.build());
    return requests;
  }

  Answers<AppendResp> append(String stream) {
    Answers<AppendResp> answers = new Answers<>();
    beginAppend(stream, answers).onCompleted();
    return answers;
  }

  StreamObserver<BatchAppendReq> batches(Answers<BatchAppendResp> answers) {
    return streams().batchAppend(answers);
  }

  static BatchAppendReq batch(String stream) {
    BatchAppendReq.Builder batch =
        BatchAppendReq.newBuilder().setCorrelationId(id()).setIsFinal(true);
    batch.getOptionsBuilder().setStreamIdentifier(stream(stream)).setAny(ANY);
    batch.addProposedMessagesBuilder().setId(id()).putAllMetadata(TYPE);
    return batch.build();
  }

  Answers<BatchAppendResp> batchAppend(String stream) {
    Answers<BatchAppendResp> answers = new Answers<>();
    StreamObserver<BatchAppendReq> requests = batches(answers);
    requests.onNext(batch(stream));
    requests.onCompleted();
    return answers;
  }

  Answers<DeleteResp> delete(String stream) {
    DeleteReq.Builder request = DeleteReq.newBuilder();
    request.getOptionsBuilder().setStreamIdentifier(stream(stream)).setAny(EMPTY);
    Answers<DeleteResp> answers = new Answers<>();
    streams().delete(request.build(), answers);
    return answers;
  }

  Answers<TombstoneResp> tombstone(String stream) {
    TombstoneReq.Builder request = TombstoneReq.newBuilder();
    request.getOptionsBuilder().setStreamIdentifier(stream(stream)).setAny(EMPTY);
    Answers<TombstoneResp> answers = new Answers<>();
    streams().tombstone(request.build(), answers);
    return answers;
  }

  private static ReadReq.Builder reading(String stream) {
    ReadReq.Builder request = ReadReq.newBuilder();
    ReadReq.Options.Builder options = request.getOptionsBuilder().setNoFilter(EMPTY);
    options.getStreamBuilder().setStreamIdentifier(stream(stream)).setStart(EMPTY);
    options.getUuidOptionBuilder().setString(EMPTY);
    return request;
  }

  Answers<ReadResp> read(String stream) {
    ReadReq.Builder request = reading(stream);
    request.getOptionsBuilder().setCount(1000);
    Answers<ReadResp> answers = new Answers<>();
    streams().read(request.build(), answers);
    return answers;
  }

  /** How many events a stream has. */
  long count(String stream) {
    Answers<ReadResp> answers = read(stream);
    answers.status();
    return events(answers);
  }

  /** A catch-up subscription. */
  Answers<ReadResp> subscribe(String stream) {
    ReadReq.Builder request = reading(stream);
    request.getOptionsBuilder().getSubscriptionBuilder();
    Answers<ReadResp> answers = new Answers<>();
    streams().read(request.build(), answers);
    return answers;
  }

  static long events(Answers<ReadResp> answers) {
    return answers.messages().stream().filter(ReadResp::hasEvent).count();
  }

  Answers<Persistent.CreateResp> createGroup(String stream) {
    Persistent.CreateReq.Builder request = Persistent.CreateReq.newBuilder();
    Persistent.CreateReq.Options.Builder options = request.getOptionsBuilder().setGroupName("g");
    options.getStreamBuilder().setStreamIdentifier(stream(stream)).setStart(EMPTY);
    options
        .getSettingsBuilder()
        .setMaxRetryCount(10)
        .setMessageTimeoutMs(30_000)
        .setReadBatchSize(20)
        .setHistoryBufferSize(500)
        .setLiveBufferSize(500)
        .setConsumerStrategy("RoundRobin");
    Answers<Persistent.CreateResp> answers = new Answers<>();
    groups().create(request.build(), answers);
    return answers;
  }

  Answers<Persistent.UpdateResp> updateGroup(String stream) {
    Persistent.UpdateReq.Builder request = Persistent.UpdateReq.newBuilder();
    Persistent.UpdateReq.Options.Builder options = request.getOptionsBuilder().setGroupName("g");
    options.getStreamBuilder().setStreamIdentifier(stream(stream)).setStart(EMPTY);
    options.getSettingsBuilder().setReadBatchSize(20).setHistoryBufferSize(500);
    Answers<Persistent.UpdateResp> answers = new Answers<>();
    groups().update(request.build(), answers);
    return answers;
  }

  Answers<Persistent.DeleteResp> deleteGroup(String stream) {
    Persistent.DeleteReq.Builder request = Persistent.DeleteReq.newBuilder();
    request.getOptionsBuilder().setStreamIdentifier(stream(stream)).setGroupName("g");
    Answers<Persistent.DeleteResp> answers = new Answers<>();
    groups().delete(request.build(), answers);
    return answers;
  }

  /** A consumer of a group; it acknowledges nothing. */
  Answers<Persistent.ReadResp> consume(String stream) {
    Persistent.ReadReq.Builder request = Persistent.ReadReq.newBuilder();
    request
        .getOptionsBuilder()
        .setStreamIdentifier(stream(stream))
        .setGroupName("g")
        .setBufferSize(10)
        .getUuidOptionBuilder()
        .setString(EMPTY);
    Answers<Persistent.ReadResp> answers = new Answers<>();
    groups().read(answers).onNext(request.build());
    return answers;
  }

  Answers<Persistent.GetInfoResp> groupInfo(String stream) {
    Persistent.GetInfoReq.Builder request = Persistent.GetInfoReq.newBuilder();
    request.getOptionsBuilder().setStreamIdentifier(stream(stream)).setGroupName("g");
    Answers<Persistent.GetInfoResp> answers = new Answers<>();
    groups().getInfo(request.build(), answers);
    return answers;
  }

  Answers<Persistent.ListResp> listGroups() {
    Persistent.ListReq.Builder request = Persistent.ListReq.newBuilder();
    request.getOptionsBuilder().setListAllSubscriptions(EMPTY);
    Answers<Persistent.ListResp> answers = new Answers<>();
    groups().list(request.build(), answers);
    return answers;
  }

  /** With a deadline, which is soon. */
  Answers<Persistent.ReplayParkedResp> replayParked(String stream) {
    Persistent.ReplayParkedReq.Builder request = Persistent.ReplayParkedReq.newBuilder();
    request
        .getOptionsBuilder()
        .setStreamIdentifier(stream(stream))
        .setGroupName("g")
        .setNoLimit(EMPTY);
    Answers<Persistent.ReplayParkedResp> answers = new Answers<>();
    groups().withDeadlineAfter(1, TimeUnit.SECONDS).replayParked(request.build(), answers);
    return answers;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
