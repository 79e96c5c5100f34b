package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.TombstoneReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.TombstoneResp;
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
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;

/** {@code Streams/Delete} and {@code Streams/Tombstone}. */
final class DeleteCalls {
  private final EventLog log;
  private final AccessPolicy policy;

  DeleteCalls(EventLog log, AccessPolicy policy) {
    this.log = log;
    this.policy = policy;
  }

  void delete(DeleteReq request, StreamObserver<DeleteResp> responses) {
    var options = request.getOptions();
    try {
      String stream =
          StreamRequests.streamName(options.hasStreamIdentifier(), options.getStreamIdentifier());
      ExpectedRevision expected =
          StreamRequests.expectedRevision(
              options.getExpectedStreamRevisionCase(), options.getRevision());
      CompletableFuture<WriteResult> result =
          policy.mayDelete(stream).thenCompose(_ -> log.delete(stream, expected));
      answer(stream, expected, result, responses, DeleteCalls::deleted);
    } catch (StatusRuntimeException e) {
      responses.onError(e);
    }
  }

  void tombstone(TombstoneReq request, StreamObserver<TombstoneResp> responses) {
    var options = request.getOptions();
    try {
      String stream =
          StreamRequests.streamName(options.hasStreamIdentifier(), options.getStreamIdentifier());
      ExpectedRevision expected =
          StreamRequests.expectedRevision(
              options.getExpectedStreamRevisionCase(), options.getRevision());
      CompletableFuture<WriteResult> result =
          policy.mayDelete(stream).thenCompose(_ -> log.tombstone(stream, expected));
      answer(stream, expected, result, responses, DeleteCalls::tombstoned);
    } catch (StatusRuntimeException e) {
      responses.onError(e);
    }
  }

  private static DeleteResp deleted(long position) {
    return DeleteResp.newBuilder()
        .setPosition(
            DeleteResp.Position.newBuilder()
                .setCommitPosition(position)
                .setPreparePosition(position))
        .build();
  }

  private static TombstoneResp tombstoned(long position) {
    return TombstoneResp.newBuilder()
        .setPosition(
            TombstoneResp.Position.newBuilder()
                .setCommitPosition(position)
                .setPreparePosition(position))
        .build();
  }

  private static <T> void answer(
      String stream,
      ExpectedRevision expected,
      CompletableFuture<WriteResult> pending,
      StreamObserver<T> responses,
      LongFunction<T> success) {
    var _ =
        pending
            .thenApply(
                result ->
                    switch (result) {
                      case Written written -> success.apply(written.position().orElseThrow());
                      case WrongExpectedRevision wrong ->
                          throw Errors.wrongExpectedVersion(
                              stream, expected.value(), wrong.current());
                      case StreamDeleted() -> throw Errors.streamDeleted(stream);
                      case TimedOut() -> throw Errors.timedOut();
                      case Unavailable() -> throw Errors.unavailable();
                    })
            .whenComplete(
                (response, failure) -> {
                  if (failure != null) {
                    responses.onError(Errors.of(failure));
                  } else {
                    responses.onNext(response);
                    responses.onCompleted();
                  }
                });
  }
}
