package dev.foldline.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.shared.Shared.StreamIdentifier;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.FilterOptions;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.ReadDirection;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.TombstoneReq;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Talks to a store through the generated stubs, in the few words of the contract: an event is
 * {@code "type"} or {@code "type#id"}, where an id is any name; an expectation {@code any}, {@code
 * no_stream}, {@code stream_exists} or a number. An answer is a line of text: {@code "ok 3"},
 * {@code "wrong 2"}, {@code "0@s e0"}, or a status with its exception.
 */
final class Wire implements AutoCloseable {
  static final String ALL = "$all";
  static final long MAX = Long.MAX_VALUE;
  static final int SECONDS = 20;
  static final Empty EMPTY = Empty.getDefaultInstance();

  final ManagedChannel channel;
  private final Map<String, UUID> ids = new HashMap<>();
  private final Metadata headers;

  Wire(EmbeddedEventStore store) {
    this(
        NettyChannelBuilder.forAddress("localhost", store.port())
            .usePlaintext()
            .maxInboundMessageSize(32 << 20)
            .build(),
        new Metadata());
  }

  Wire(ManagedChannel channel, Metadata headers) {
    this.channel = channel;
    this.headers = headers;
  }

  StreamsGrpc.StreamsStub stub() {
    return StreamsGrpc.newStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  UUID id(String alias) {
    return ids.computeIfAbsent(alias, _ -> UUID.randomUUID());
  }

  static StreamIdentifier identifier(String stream) {
    return StreamIdentifier.newBuilder().setStreamName(ByteString.copyFromUtf8(stream)).build();
  }

  static Shared.UUID structured(UUID id) {
    return Shared.UUID
        .newBuilder()
        .setStructured(
            Shared.UUID
                .Structured
                .newBuilder()
                .setMostSignificantBits(id.getMostSignificantBits())
                .setLeastSignificantBits(id.getLeastSignificantBits()))
        .build();
  }

  AppendReq.ProposedMessage event(String spec, String data, String contentType) {
    String[] parts = spec.split("#", 2);
    return AppendReq.ProposedMessage.newBuilder()
        .setId(structured(parts.length == 2 ? id(parts[1]) : UUID.randomUUID()))
        .putMetadata("type", parts[0])
        .putMetadata("content-type", contentType)
        .setData(ByteString.copyFrom(data, UTF_8))
        .build();
  }

  AppendReq.ProposedMessage event(String spec) {
    return event(spec, "{}", "application/json");
  }

  static AppendReq options(String stream, Object expected) {
    var options = AppendReq.Options.newBuilder().setStreamIdentifier(identifier(stream));
    switch (expected.toString()) {
      case "any" -> options.setAny(EMPTY);
      case "no_stream" -> options.setNoStream(EMPTY);
      case "stream_exists" -> options.setStreamExists(EMPTY);
      default -> options.setRevision(((Number) expected).longValue());
    }
    return AppendReq.newBuilder().setOptions(options).build();
  }

  /** Sends the messages of one append as they are, and what came back of it. */
  Answers<AppendResp> appendRaw(List<AppendReq> messages) {
    var answers = new Answers<AppendResp>();
    var requests = stub().append(answers);
    messages.forEach(requests::onNext);
    requests.onCompleted();
    return answers.await();
  }

  Answers<AppendResp> appending(
      String stream, Object expected, List<AppendReq.ProposedMessage> events) {
    List<AppendReq> messages = new ArrayList<>();
    messages.add(options(stream, expected));
    events.forEach(event -> messages.add(AppendReq.newBuilder().setProposedMessage(event).build()));
    return appendRaw(messages);
  }

  String append(String stream, Object expected, String... events) {
    return appended(
        appending(stream, expected, List.of(events).stream().map(this::event).toList()));
  }

  /** Writes metadata, or any other JSON, as the given text. */
  String metadata(String stream, String json) {
    return appended(
        appending("$$" + stream, "any", List.of(event("$metadata", json, "application/json"))));
  }

  String link(String stream, String target) {
    return appended(
        appending(stream, "any", List.of(event("$>", target, "application/octet-stream"))));
  }

  static String appended(Answers<AppendResp> answers) {
    if (answers.messages().isEmpty()) {
      return answers.error();
    }
    AppendResp answer = answers.messages().getFirst();
    if (answer.hasSuccess()) {
      var success = answer.getSuccess();
      return "ok "
          + (success.hasNoStream() ? "no_stream" : success.getCurrentRevision())
          + (success.hasNoPosition() ? " no_position" : "");
    }
    var wrong = answer.getWrongExpectedVersion();
    return "wrong " + (wrong.hasCurrentNoStream() ? "no_stream" : wrong.getCurrentRevision());
  }

  long position(String stream, String... events) {
    return appending(stream, "any", List.of(events).stream().map(this::event).toList())
        .messages()
        .getFirst()
        .getSuccess()
        .getPosition()
        .getCommitPosition();
  }

  String delete(String stream, Object expected) {
    AppendReq.Options options = options(stream, expected).getOptions();
    var request = DeleteReq.Options.newBuilder().setStreamIdentifier(options.getStreamIdentifier());
    switch (options.getExpectedStreamRevisionCase()) {
      case ANY -> request.setAny(EMPTY);
      case NO_STREAM -> request.setNoStream(EMPTY);
      case STREAM_EXISTS -> request.setStreamExists(EMPTY);
      default -> request.setRevision(options.getRevision());
    }
    var answers = new Answers<com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteResp>();
    stub().delete(DeleteReq.newBuilder().setOptions(request).build(), answers);
    return answers.await().messages().isEmpty() ? answers.error() : "ok";
  }

  String tombstone(String stream, Object expected) {
    AppendReq.Options options = options(stream, expected).getOptions();
    var request =
        TombstoneReq.Options.newBuilder().setStreamIdentifier(options.getStreamIdentifier());
    switch (options.getExpectedStreamRevisionCase()) {
      case ANY -> request.setAny(EMPTY);
      case NO_STREAM -> request.setNoStream(EMPTY);
      case STREAM_EXISTS -> request.setStreamExists(EMPTY);
      default -> request.setRevision(options.getRevision());
    }
    var answers =
        new Answers<com.eventstore.dbclient.proto.streams.StreamsOuterClass.TombstoneResp>();
    stub().tombstone(TombstoneReq.newBuilder().setOptions(request).build(), answers);
    return answers.await().messages().isEmpty() ? answers.error() : "ok";
  }

  /** A read of a stream or {@code $all} from the start, to be changed. */
  static ReadReq.Builder reading(String stream) {
    var request = ReadReq.newBuilder();
    var options = request.getOptionsBuilder();
    options.setCount(MAX).setNoFilter(EMPTY).getUuidOptionBuilder().setString(EMPTY);
    if (stream.equals(ALL)) {
      options.getAllBuilder().setStart(EMPTY);
    } else {
      options.getStreamBuilder().setStreamIdentifier(identifier(stream)).setStart(EMPTY);
    }
    return request;
  }

  static Consumer<ReadReq.Options.Builder> at(long at) {
    return options -> {
      if (options.hasAll()) {
        options.getAllBuilder().getPositionBuilder().setCommitPosition(at).setPreparePosition(at);
      } else {
        options.getStreamBuilder().setRevision(at);
      }
    };
  }

  static Consumer<ReadReq.Options.Builder> fromEnd() {
    return options -> {
      if (options.hasAll()) {
        options.getAllBuilder().setEnd(EMPTY);
      } else {
        options.getStreamBuilder().setEnd(EMPTY);
      }
    };
  }

  static Consumer<ReadReq.Options.Builder> backwards() {
    return options -> options.setReadDirection(ReadDirection.Backwards);
  }

  static Consumer<ReadReq.Options.Builder> count(long count) {
    return options -> options.setCount(count);
  }

  static Consumer<ReadReq.Options.Builder> compatible() {
    return options -> options.getControlOptionBuilder().setCompatibility(1);
  }

  static Consumer<ReadReq.Options.Builder> resolved() {
    return options -> options.setResolveLinks(true);
  }

  static Consumer<ReadReq.Options.Builder> subscription() {
    return options ->
        options.setSubscription(ReadReq.Options.SubscriptionOptions.getDefaultInstance());
  }

  static Consumer<ReadReq.Options.Builder> filter(Consumer<FilterOptions.Builder> filter) {
    return options -> {
      options.getFilterBuilder().setMax(32).setCheckpointIntervalMultiplier(1);
      filter.accept(options.getFilterBuilder());
    };
  }

  static Consumer<ReadReq.Options.Builder> streamPrefix(String prefix) {
    return filter(filter -> filter.getStreamIdentifierBuilder().addPrefix(prefix));
  }

  @SafeVarargs
  final Answers<ReadResp> open(String stream, Consumer<ReadReq.Options.Builder>... changes) {
    var request = reading(stream);
    for (var change : changes) {
      change.accept(request.getOptionsBuilder());
    }
    return open(request.build());
  }

  Answers<ReadResp> open(ReadReq request) {
    var answers = new Answers<ReadResp>();
    stub().read(request, answers);
    return answers;
  }

  @SafeVarargs
  final List<String> read(String stream, Consumer<ReadReq.Options.Builder>... changes) {
    return texts(open(stream, changes).await());
  }

  static List<String> texts(Answers<ReadResp> answers) {
    List<String> texts = new ArrayList<>(answers.messages().stream().map(Wire::text).toList());
    if (!answers.status().isOk()) {
      texts.add(answers.error());
    }
    return texts;
  }

  static String text(ReadResp message) {
    return switch (message.getContentCase()) {
      case EVENT -> text(message.getEvent());
      case CONFIRMATION -> "confirmed";
      case CAUGHT_UP -> "caught up";
      case CHECKPOINT -> "checkpoint";
      case STREAM_NOT_FOUND -> "not found";
      case FIRST_STREAM_POSITION -> "first " + message.getFirstStreamPosition();
      case LAST_STREAM_POSITION -> "last " + message.getLastStreamPosition();
      default -> message.getContentCase().toString();
    };
  }

  private static String text(ReadResp.ReadEvent read) {
    String event = read.hasEvent() ? text(read.getEvent()) : "none";
    return read.hasLink() ? event + " via " + text(read.getLink()) : event;
  }

  private static String text(ReadResp.ReadEvent.RecordedEvent event) {
    long revision = event.getStreamRevision();
    return "%s@%s %s"
        .formatted(
            revision == MAX ? "MAX" : revision,
            event.getStreamIdentifier().getStreamName().toStringUtf8(),
            event.getMetadataMap().get("type"));
  }

  static String error(Status status, Metadata trailers) {
    String exception = trailers.get(Metadata.Key.of("exception", Metadata.ASCII_STRING_MARSHALLER));
    return exception == null ? status.getCode().name() : status.getCode().name() + " " + exception;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
