package dev.foldline.embedded.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.CreateReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.DeleteReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.GetInfoReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReplayParkedReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.SubscriptionInfo;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.UpdateReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc;
import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc.PersistentSubscriptionsBlockingStub;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.shared.Shared.StreamIdentifier;
import dev.foldline.embedded.log.StreamNames;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What a test asks of a server's persistent subscriptions, through the generated stubs. */
class GroupClient {
  static final String GROUP = "g";

  private final ManagedChannel channel;

  GroupClient(ManagedChannel channel) {
    this.channel = channel;
  }

  static String parked(String stream) {
    return "$persistentsubscription-" + stream + "::g-parked";
  }

  static String checkpoint(String stream) {
    return "$persistentsubscription-" + stream + "::g-checkpoint";
  }

  // Managing.

  PersistentSubscriptionsBlockingStub stub() {
    return PersistentSubscriptionsGrpc.newBlockingStub(channel)
        .withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  /** The settings that most clients send. */
  static CreateReq.Settings.Builder settings() {
    return CreateReq.Settings.newBuilder()
        .setMaxRetryCount(10)
        .setMinCheckpointCount(10)
        .setMaxCheckpointCount(1_000)
        .setLiveBufferSize(500)
        .setReadBatchSize(20)
        .setHistoryBufferSize(500)
        .setMessageTimeoutMs(30_000)
        .setCheckpointAfterMs(2_000)
        .setConsumerStrategy("RoundRobin");
  }

  static CreateReq.Settings.Builder checkpointAtOnce() {
    return settings().setMinCheckpointCount(1).setMaxCheckpointCount(1);
  }

  static CreateReq.Options.Builder fromStart(String stream) {
    var options = CreateReq.Options.newBuilder().setGroupName(GROUP).setSettings(settings());
    if (stream.equals(StreamNames.ALL)) {
      options
          .getAllBuilder()
          .setStart(Empty.getDefaultInstance())
          .setNoFilter(Empty.getDefaultInstance());
    } else {
      options
          .getStreamBuilder()
          .setStreamIdentifier(identifier(stream))
          .setStart(Empty.getDefaultInstance());
    }
    return options;
  }

  /** Events of $all behind a position whose stream begins with a prefix. */
  static CreateReq.Options.Builder fromAll(long position, String prefix) {
    var options = CreateReq.Options.newBuilder().setGroupName(GROUP).setSettings(settings());
    options
        .getAllBuilder()
        .getPositionBuilder()
        .setCommitPosition(position)
        .setPreparePosition(position);
    options
        .getAllBuilder()
        .getFilterBuilder()
        .setMax(32)
        .getStreamIdentifierBuilder()
        .addPrefix(prefix);
    return options;
  }

  void create(String stream) {
    create(fromStart(stream));
  }

  void create(String stream, CreateReq.Settings.Builder settings) {
    create(fromStart(stream).setSettings(settings));
  }

  void create(CreateReq.Options.Builder options) {
    assertThat(stub().create(CreateReq.newBuilder().setOptions(options).build()).isInitialized())
        .isTrue();
  }

  void update(String stream, Consumer<UpdateReq.Options.Builder> change) {
    var options = UpdateReq.Options.newBuilder().setGroupName(GROUP);
    if (stream.equals(StreamNames.ALL)) {
      options.getAllBuilder().setStart(Empty.getDefaultInstance());
    } else {
      options
          .getStreamBuilder()
          .setStreamIdentifier(identifier(stream))
          .setStart(Empty.getDefaultInstance());
    }
    options
        .getSettingsBuilder()
        .setReadBatchSize(20)
        .setHistoryBufferSize(500)
        .setMaxRetryCount(10);
    change.accept(options);
    assertThat(stub().update(UpdateReq.newBuilder().setOptions(options).build()).isInitialized())
        .isTrue();
  }

  void delete(String stream) {
    var options = DeleteReq.Options.newBuilder().setGroupName(GROUP);
    if (stream.equals(StreamNames.ALL)) {
      options.setAll(Empty.getDefaultInstance());
    } else {
      options.setStreamIdentifier(identifier(stream));
    }
    assertThat(stub().delete(DeleteReq.newBuilder().setOptions(options).build()).isInitialized())
        .isTrue();
  }

  SubscriptionInfo info(String stream) {
    var options = GetInfoReq.Options.newBuilder().setGroupName(GROUP);
    if (stream.equals(StreamNames.ALL)) {
      options.setAll(Empty.getDefaultInstance());
    } else {
      options.setStreamIdentifier(identifier(stream));
    }
    return stub()
        .getInfo(GetInfoReq.newBuilder().setOptions(options).build())
        .getSubscriptionInfo();
  }

  static ReplayParkedReq.Options.Builder replay(String stream) {
    var options = ReplayParkedReq.Options.newBuilder().setGroupName(GROUP);
    return stream.equals(StreamNames.ALL)
        ? options.setAll(Empty.getDefaultInstance())
        : options.setStreamIdentifier(identifier(stream));
  }

  void replayParked(ReplayParkedReq.Options.Builder options) {
    assertThat(
            stub()
                .replayParked(ReplayParkedReq.newBuilder().setOptions(options).build())
                .isInitialized())
        .isTrue();
  }

  void replayAllParked(String stream) {
    replayParked(replay(stream).setNoLimit(Empty.getDefaultInstance()));
  }

  static StreamIdentifier identifier(String stream) {
    return StreamIdentifier.newBuilder().setStreamName(StreamNames.encode(stream)).build();
  }

  // Consuming.

  static ReadReq.Options.Builder readOptions(String stream) {
    var options = ReadReq.Options.newBuilder().setGroupName(GROUP).setBufferSize(10);
    options.getUuidOptionBuilder().setStructured(Empty.getDefaultInstance());
    return stream.equals(StreamNames.ALL)
        ? options.setAll(Empty.getDefaultInstance())
        : options.setStreamIdentifier(identifier(stream));
  }

  /** A consumer that has been confirmed. */
  TestConsumer join(String stream) {
    return join(readOptions(stream));
  }

  TestConsumer join(String stream, int buffer) {
    return join(readOptions(stream).setBufferSize(buffer));
  }

  TestConsumer join(ReadReq.Options.Builder options) {
    var consumer = read(ReadReq.newBuilder().setOptions(options).build());
    consumer.confirmed();
    return consumer;
  }

  /** A consumer whose first message is given. */
  TestConsumer read(ReadReq first) {
    var consumer = new TestConsumer();
    consumer.open(PersistentSubscriptionsGrpc.newStub(channel)).onNext(first);
    return consumer;
  }

  /** What a call fails with: its status, and the trailers by which clients tell errors apart. */
  static String failure(ThrowingCallable call) {
    return failure(Assertions.catchThrowableOfType(StatusRuntimeException.class, call));
  }

  static String failure(Throwable error) {
    var status = ((StatusRuntimeException) error).getStatus();
    var trailers = ((StatusRuntimeException) error).getTrailers();
    var exception =
        trailers == null
            ? null
            : trailers.get(Metadata.Key.of("exception", Metadata.ASCII_STRING_MARSHALLER));
    return exception == null ? status.getCode().name() : status.getCode() + " " + exception;
  }
}
