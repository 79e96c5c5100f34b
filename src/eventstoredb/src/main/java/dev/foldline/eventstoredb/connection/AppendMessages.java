package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Empty;
import com.google.protobuf.UnsafeByteOperations;
import dev.foldline.core.Appended;
import dev.foldline.core.NotFound;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.TooLarge;
import dev.foldline.core.WrongRevision;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Appends and what becomes of them, as the messages of the protocol. */
final class AppendMessages {

  /** The name of the detail, which is all that the message says. */
  private static final String TOO_LARGE = "MaximumAppendSizeExceeded";

  private AppendMessages() {}

  /** An append in one message, which the store gives up after the time-out. */
  static BatchAppendReq request(
      UUID id,
      String stream,
      ExpectedRevision expected,
      List<StoredEvent> events,
      Duration timeout) {
    return BatchAppendReq.newBuilder()
        .setCorrelationId(WireNames.of(id))
        .setOptions(options(stream, expected, timeout))
        .addAllProposedMessages(events.stream().map(AppendMessages::toProto).toList())
        .setIsFinal(true)
        .build();
  }

  /** An append by a call of its own. */
  static Stream<AppendReq> requests(
      String stream, ExpectedRevision expected, List<StoredEvent> events) {
    AppendReq.Options.Builder options =
        AppendReq.Options.newBuilder().setStreamIdentifier(WireNames.of(stream));
    if (expected.equals(ExpectedRevision.any())) {
      options.setAny(Shared.Empty.getDefaultInstance());
    } else if (expected.equals(ExpectedRevision.noStream())) {
      options.setNoStream(Shared.Empty.getDefaultInstance());
    } else {
      options.setRevision(expected.toRawLong());
    }
    return Stream.concat(
        Stream.of(AppendReq.newBuilder().setOptions(options).build()),
        events.stream().map(AppendMessages::alone));
  }

  private static AppendReq alone(StoredEvent event) {
    return AppendReq.newBuilder()
        .setProposedMessage(
            AppendReq.ProposedMessage.newBuilder()
                .setId(WireNames.of(event.id()))
                .putMetadata("type", event.type())
                .putMetadata("content-type", contentType(event))
                .setCustomMetadata(UnsafeByteOperations.unsafeWrap(event.metadata()))
                .setData(UnsafeByteOperations.unsafeWrap(event.data())))
        .build();
  }

  private static BatchAppendReq.Options.Builder options(
      String stream, ExpectedRevision expected, Duration timeout) {
    BatchAppendReq.Options.Builder options =
        BatchAppendReq.Options.newBuilder()
            .setStreamIdentifier(WireNames.of(stream))
            .setDeadline(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(timeout.getSeconds())
                    .setNanos(timeout.getNano()));
    if (expected.equals(ExpectedRevision.any())) {
      return options.setAny(Empty.getDefaultInstance());
    }
    return expected.equals(ExpectedRevision.noStream())
        ? options.setNoStream(Empty.getDefaultInstance())
        : options.setStreamPosition(expected.toRawLong());
  }

  private static BatchAppendReq.ProposedMessage toProto(StoredEvent event) {
    return BatchAppendReq.ProposedMessage.newBuilder()
        .setId(WireNames.of(event.id()))
        .putMetadata("type", event.type())
        .putMetadata("content-type", contentType(event))
        .setCustomMetadata(UnsafeByteOperations.unsafeWrap(event.metadata()))
        .setData(UnsafeByteOperations.unsafeWrap(event.data()))
        .build();
  }

  /** What a link holds is no JSON. */
  private static String contentType(StoredEvent event) {
    return event.type().equals("$>") ? "application/octet-stream" : "application/json";
  }

  /** Where an append ended. */
  static Appended toAppended(BatchAppendResp.Success success) {
    return new Appended(
        success.hasNoStream() ? -1 : success.getCurrentRevision(),
        success.hasPosition() ? success.getPosition().getCommitPosition() : -1);
  }

  /** Where an append by a call of its own ended. */
  static Appended toAppended(AppendResp.Success success) {
    return new Appended(
        success.hasNoStream() ? -1 : success.getCurrentRevision(),
        success.hasPosition() ? success.getPosition().getCommitPosition() : -1);
  }

  /** Why an append was not done; or that it may be done, and not in time. */
  static Throwable toFailure(com.google.rpc.Status error, String stream) {
    Status.Code code = code(error);
    return switch (code) {
      case ALREADY_EXISTS -> new WrongRevision(stream);
      case NOT_FOUND -> new NotFound(stream + " was deleted for good");
      default -> {
        if (error.getMessage().equals(TOO_LARGE)) {
          yield new TooLarge(stream);
        }
        yield code == Status.Code.OK || Ends.leavesOpen(code)
            ? new OutcomeUnknown(stream)
            : code.toStatus().withDescription(error.getMessage()).asRuntimeException();
      }
    };
  }

  /**
   * Two jars hold a class of this name, and either may come first: in the client's the code is an
   * enum, in Google's a number.
   */
  private static Status.Code code(com.google.rpc.Status error) {
    Object code = error.getField(error.getDescriptorForType().findFieldByName("code"));
    int number = code instanceof EnumValueDescriptor value ? value.getNumber() : (Integer) code;
    return Status.fromCodeValue(number).getCode();
  }
}
