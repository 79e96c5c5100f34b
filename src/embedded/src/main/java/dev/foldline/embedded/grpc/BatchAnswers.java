package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import com.google.protobuf.Any;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import com.google.rpc.Status;
import dev.foldline.embedded.log.ExpectedRevision;
import dev.foldline.embedded.log.WriteResult;
import dev.foldline.embedded.log.WriteResult.StreamDeleted;
import dev.foldline.embedded.log.WriteResult.TimedOut;
import dev.foldline.embedded.log.WriteResult.Unavailable;
import dev.foldline.embedded.log.WriteResult.Written;
import dev.foldline.embedded.log.WriteResult.WrongExpectedRevision;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What {@code BatchAppend} answers: errors are bodies here, never the end of the call (contract
 * 2.7).
 */
final class BatchAnswers {
  private static final int INVALID_ARGUMENT = 3;
  private static final int DEADLINE_EXCEEDED = 4;
  private static final int NOT_FOUND = 5;
  private static final int ALREADY_EXISTS = 6;
  private static final int PERMISSION_DENIED = 7;
  private static final int UNKNOWN = 2;

  private BatchAnswers() {}

  static BatchAppendResp result(
      BatchAppendReq request, String stream, ExpectedRevision expected, WriteResult result) {
    return switch (result) {
      case Written written -> answer(request).setSuccess(success(written)).build();
      case WrongExpectedRevision wrong ->
          error(request, ALREADY_EXISTS, wrong(expected, wrong.current()));
      case StreamDeleted() ->
          error(
              request,
              NOT_FOUND,
              Shared.StreamDeleted.newBuilder()
                  .setStreamIdentifier(ReadEvents.identifier(stream))
                  .build());
      case TimedOut() -> timeout(request);
      case Unavailable() -> error(request, UNKNOWN, Shared.Unknown.getDefaultInstance());
    };
  }

  static BatchAppendResp timeout(BatchAppendReq request) {
    return error(request, DEADLINE_EXCEEDED, Shared.Timeout.getDefaultInstance());
  }

  /** A refusal that elsewhere would end the call. */
  static BatchAppendResp failure(BatchAppendReq request, StatusRuntimeException failure) {
    String exception = Errors.exception(failure);
    return switch (exception) {
      case "maximum-append-size-exceeded" ->
          error(
              request,
              INVALID_ARGUMENT,
              Shared.MaximumAppendSizeExceeded.newBuilder()
                  .setMaxAppendSize(Errors.maximumAppendSize(failure))
                  .build());
      case "access-denied" ->
          error(request, PERMISSION_DENIED, Shared.AccessDenied.getDefaultInstance());
      default -> badRequest(request, String.valueOf(failure.getStatus().getDescription()));
    };
  }

  private static BatchAppendResp badRequest(BatchAppendReq request, String why) {
    return error(request, INVALID_ARGUMENT, Shared.BadRequest.newBuilder().setMessage(why).build());
  }

  private static BatchAppendResp.Builder answer(BatchAppendReq request) {
    var answer = BatchAppendResp.newBuilder();
    if (request.hasCorrelationId()) {
      answer.setCorrelationId(request.getCorrelationId());
    }
    if (request.getOptions().hasStreamIdentifier()) {
      answer.setStreamIdentifier(request.getOptions().getStreamIdentifier());
    }
    return answer;
  }

  private static BatchAppendResp.Success success(Written written) {
    var success = BatchAppendResp.Success.newBuilder();
    if (written.revision() < 0) {
      success.setNoStream(Empty.getDefaultInstance());
    } else {
      success.setCurrentRevision(written.revision());
    }
    if (written.position().isPresent()) {
      long position = written.position().getAsLong();
      success.getPositionBuilder().setCommitPosition(position).setPreparePosition(position);
    } else {
      success.setNoPosition(Empty.getDefaultInstance());
    }
    return success.build();
  }

  private static Shared.WrongExpectedVersion wrong(ExpectedRevision expected, long current) {
    Empty empty = Empty.getDefaultInstance();
    var wrong = Shared.WrongExpectedVersion.newBuilder();
    if (current < 0) {
      wrong.setCurrentNoStream(empty);
    } else {
      wrong.setCurrentStreamRevision(current);
    }
    if (expected.equals(ExpectedRevision.ANY)) {
      wrong.setExpectedAny(empty);
    } else if (expected.equals(ExpectedRevision.STREAM_EXISTS)) {
      wrong.setExpectedStreamExists(empty);
    } else if (expected.equals(ExpectedRevision.NO_STREAM)) {
      wrong.setExpectedNoStream(empty);
    } else {
      wrong.setExpectedStreamPosition(expected.value());
    }
    return wrong.build();
  }

  private static BatchAppendResp error(BatchAppendReq request, int code, Message detail) {
    return answer(request).setError(status(code, detail)).build();
  }

  /**
   * Written field by field, because two jars bring a {@code com.google.rpc.Status} whose bytes
   * agree and whose setters do not; which one is met depends on the class path.
   */
  private static Status status(int code, Message detail) {
    try {
      var bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeEnum(1, code);
      out.writeString(2, detail.getDescriptorForType().getName());
      out.writeMessage(3, Any.pack(detail));
      out.flush();
      return Status.parseFrom(bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
