package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;

/**
 * One call that stays open and takes the appends of many streams, at a fraction of what a call for
 * each would cost. Each is answered as soon as it is done.
 */
final class BatchAppendCall extends ClientCall.Listener<BatchAppendResp> {

  /** How many answers are asked for at a time: more than can be under way. */
  private static final int ASKED = 1 << 20;

  private final NodeConnection connection;
  private final LoopClient client;
  private final ClientCall<BatchAppendReq, BatchAppendResp> call;
  private long answers;

  BatchAppendCall(NodeConnection connection, LoopClient client) {
    this.connection = connection;
    this.client = client;
    this.call =
        connection.channel().newCall(StreamsGrpc.getBatchAppendMethod(), CallOptions.DEFAULT);
  }

  void start() {
    call.start(this, new Metadata());
    call.request(ASKED);
  }

  void send(BatchAppendReq request) {
    call.sendMessage(request);
  }

  void cancel() {
    connection.forget(this);
    call.cancel("an append was not answered in time", null);
  }

  @Override
  public void onMessage(BatchAppendResp answer) {
    long id = answer.getCorrelationId().getStructured().getLeastSignificantBits();
    answers++;
    if (answers % (ASKED / 2) == 0) {
      call.request(ASKED / 2);
    }
    if (client.answered(id) instanceof AppendRequest append) {
      append.answered(answer);
    }
  }

  /**
   * However it ended: that says nothing of each append that was sent. Only a node that never took
   * one did surely not take any, if it says so.
   */
  @Override
  public void onClose(Status status, Metadata trailers) {
    connection.forget(this);
    if (status.getCode() == Status.Code.UNIMPLEMENTED && answers == 0) {
      connection.batchesNoMore();
      client.appendsBy(this).forEach(client::send);
      return;
    }
    Status end = answers > 0 ? Status.UNKNOWN : status;
    Metadata why = answers > 0 ? new Metadata() : trailers;
    client.appendsBy(this).forEach(append -> client.unanswered(append, connection, end, why));
  }
}
