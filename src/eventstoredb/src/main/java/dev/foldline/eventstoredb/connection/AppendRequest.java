package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import dev.foldline.core.Appended;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.WrongRevision;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Appends events in one piece: by the call that takes many, or by one of its own. */
final class AppendRequest extends Request<Appended> {

  private final LoopClient client;
  private final String stream;
  private final ExpectedRevision expected;
  private final List<StoredEvent> events;
  private final Duration timeout;
  private @Nullable BatchAppendCall among;

  /**
   * @param size of the events, in bytes
   * @param timeout after which the store gives it up, and so do we
   */
  AppendRequest(
      LoopClient client,
      String stream,
      ExpectedRevision expected,
      List<StoredEvent> events,
      int size,
      Duration timeout) {
    super(size);
    this.client = client;
    this.stream = stream;
    this.expected = expected;
    this.events = events;
    this.timeout = timeout;
  }

  @Override
  void send(NodeConnection connection) {
    among = connection.appends().orElse(null);
    if (among == null) {
      sendAlone(connection);
    } else {
      among.send(AppendMessages.request(new UUID(0, id()), stream, expected, events, timeout));
    }
  }

  boolean isAmong(BatchAppendCall call) {
    return among == call;
  }

  private void sendAlone(NodeConnection connection) {
    ClientCall<AppendReq, AppendResp> call =
        connection
            .channel()
            .newCall(
                StreamsGrpc.getAppendMethod(),
                CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS));
    goesBy(call);
    Unary.call(
        call,
        AppendMessages.requests(stream, expected, events),
        new Unary.Answer<>() {
          @Override
          public void answered(AppendResp given) {
            if (client.answered(id()) != null) {
              AppendRequest.this.answered(given);
            }
          }

          @Override
          public void ended(Status status, Metadata trailers) {
            client.unanswered(AppendRequest.this, connection, status, trailers);
          }
        });
  }

  /** The answer to it, among those to others. */
  void answered(BatchAppendResp given) {
    try {
      switch (given.getResultCase()) {
        case SUCCESS -> answer().complete(AppendMessages.toAppended(given.getSuccess()));
        case ERROR ->
            answer().completeExceptionally(AppendMessages.toFailure(given.getError(), stream));
        case RESULT_NOT_SET -> answer().completeExceptionally(new OutcomeUnknown(stream));
      }
    } catch (RuntimeException e) {
      answer().completeExceptionally(new OutcomeUnknown(stream));
    }
  }

  private void answered(AppendResp given) {
    switch (given.getResultCase()) {
      case SUCCESS -> answer().complete(AppendMessages.toAppended(given.getSuccess()));
      case WRONG_EXPECTED_VERSION -> answer().completeExceptionally(new WrongRevision(stream));
      case RESULT_NOT_SET -> answer().completeExceptionally(new OutcomeUnknown(stream));
    }
  }

  /** The call may hang: what comes next had better go by another one. */
  @Override
  void giveUp() {
    if (among == null) {
      super.giveUp();
    } else {
      among.cancel();
    }
  }

  @Override
  boolean isRepeatable() {
    return false;
  }

  /** However its call ended: whether it was done may be open. */
  @Override
  Throwable unanswered(Status status, Metadata trailers) {
    return Ends.leavesOpen(status.getCode())
        ? new OutcomeUnknown(stream)
        : status.asRuntimeException(trailers);
  }
}
