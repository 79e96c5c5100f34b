package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.ExpectedRevision;
import dev.foldline.embedded.log.WriteResult;
import dev.foldline.embedded.log.WriteResult.StreamDeleted;
import dev.foldline.embedded.log.WriteResult.TimedOut;
import dev.foldline.embedded.log.WriteResult.Unavailable;
import dev.foldline.embedded.log.WriteResult.Written;
import dev.foldline.embedded.log.WriteResult.WrongExpectedRevision;
import dev.foldline.embedded.security.AccessPolicy;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * One {@code Streams/Append}: options, then events, written as one when the client has said all.
 */
final class AppendCall implements StreamObserver<AppendReq> {
  private final EventLog log;
  private final AccessPolicy policy;
  private final StreamObserver<AppendResp> responses;
  private final ProposedEvents proposed;
  private @Nullable Target target;
  private boolean failed;

  private record Target(String stream, ExpectedRevision expected) {}

  AppendCall(
      EventLog log,
      AccessPolicy policy,
      Limits limits,
      IngressBudget.Share share,
      StreamObserver<AppendResp> responses) {
    this.log = log;
    this.policy = policy;
    this.responses = responses;
    this.proposed = new ProposedEvents(limits, share);
  }

  @Override
  public void onNext(AppendReq request) {
    if (failed) {
      return;
    }
    try {
      if (target == null) {
        target = target(request);
        proposed.keepName(request.getOptions().getStreamIdentifier());
      } else if (request.hasProposedMessage()) {
        var event = request.getProposedMessage();
        proposed.add(
            event.getId(), event.getMetadataMap(), event.getCustomMetadata(), event.getData());
      } else {
        throw Errors.unknown("Only events may follow the options");
      }
    } catch (StatusRuntimeException e) {
      fail(e);
    }
  }

  private static Target target(AppendReq request) {
    if (!request.hasOptions()) {
      throw Errors.unknown("The first message must hold the options");
    }
    var options = request.getOptions();
    ExpectedRevision expected =
        StreamRequests.expectedRevision(
            options.getExpectedStreamRevisionCase(), options.getRevision());
    return new Target(
        StreamRequests.streamName(options.hasStreamIdentifier(), options.getStreamIdentifier()),
        expected);
  }

  @Override
  public void onCompleted() {
    Target to = target;
    if (failed) {
      return;
    }
    if (to == null) {
      fail(Errors.unknown("The options are missing"));
      return;
    }
    var _ =
        StreamRequests.mayAppend(policy, to.stream())
            .thenCompose(_ -> log.append(to.stream(), to.expected(), proposed.events()))
            .whenComplete((result, failure) -> answer(to, result, failure));
  }

  private void answer(Target to, @Nullable WriteResult result, @Nullable Throwable failure) {
    proposed.release();
    if (failure != null) {
      fail(Errors.of(failure));
      return;
    }
    switch (result) {
      case Written written -> complete(success(written));
      case WrongExpectedRevision wrong ->
          complete(wrongExpectedVersion(to.expected(), wrong.current()));
      case StreamDeleted() -> fail(Errors.streamDeleted(to.stream()));
      case TimedOut() -> fail(Errors.timedOut());
      case Unavailable() -> fail(Errors.unavailable());
      case null -> throw new IllegalStateException();
    }
  }

  private static AppendResp success(Written written) {
    var success = AppendResp.Success.newBuilder();
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
    return AppendResp.newBuilder().setSuccess(success).build();
  }

  private static AppendResp wrongExpectedVersion(ExpectedRevision expected, long current) {
    Empty empty = Empty.getDefaultInstance();
    var wrong = AppendResp.WrongExpectedVersion.newBuilder();
    if (current < 0) {
      wrong.setCurrentNoStream(empty).setNoStream2060(empty);
    } else {
      wrong.setCurrentRevision(current).setCurrentRevision2060(current);
    }
    if (expected.equals(ExpectedRevision.ANY)) {
      wrong.setExpectedAny(empty).setAny2060(empty);
    } else if (expected.equals(ExpectedRevision.STREAM_EXISTS)) {
      wrong.setExpectedStreamExists(empty).setStreamExists2060(empty);
    } else if (expected.equals(ExpectedRevision.NO_STREAM)) {
      wrong.setExpectedNoStream(empty).setExpectedRevision2060(expected.value());
    } else {
      wrong.setExpectedRevision(expected.value()).setExpectedRevision2060(expected.value());
    }
    return AppendResp.newBuilder().setWrongExpectedVersion(wrong).build();
  }

  private void complete(AppendResp response) {
    responses.onNext(response);
    responses.onCompleted();
  }

  private void fail(StatusRuntimeException error) {
    failed = true;
    proposed.release();
    responses.onError(error);
  }

  @Override
  public void onError(Throwable cancelled) {
    failed = true;
    proposed.release();
  }
}
