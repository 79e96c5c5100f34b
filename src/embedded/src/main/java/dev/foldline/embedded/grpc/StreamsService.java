package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
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
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.security.AccessPolicy;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/** {@code event_store.client.streams.Streams}: each method is a class of its own. */
public final class StreamsService extends StreamsGrpc.StreamsImplBase {
  private final EventLog log;
  private final Executor transport;
  private final AccessPolicy policy;
  private final Limits limits;
  private final ScheduledExecutorService timer;
  private final LiveReaders live;
  private final DeleteCalls deletes;

  /**
   * @param transport where a page that was read is sent; keeps the order
   */
  public StreamsService(
      EventLog log,
      Executor transport,
      AccessPolicy policy,
      Limits limits,
      ScheduledExecutorService timer) {
    this.log = log;
    this.transport = transport;
    this.policy = policy;
    this.limits = limits;
    this.timer = timer;
    live = new LiveReaders(log);
    deletes = new DeleteCalls(log, policy);
  }

  @Override
  public StreamObserver<AppendReq> append(StreamObserver<AppendResp> responses) {
    return new AppendCall(log, policy, limits, Calls.share(), responses);
  }

  @Override
  public StreamObserver<BatchAppendReq> batchAppend(StreamObserver<BatchAppendResp> responses) {
    return new BatchAppendCall(
        log,
        policy,
        limits,
        Calls.share(),
        timer,
        (ServerCallStreamObserver<BatchAppendResp>) responses);
  }

  @Override
  public void delete(DeleteReq request, StreamObserver<DeleteResp> responses) {
    deletes.delete(request, responses);
  }

  @Override
  public void tombstone(TombstoneReq request, StreamObserver<TombstoneResp> responses) {
    deletes.tombstone(request, responses);
  }

  @Override
  public void read(ReadReq message, StreamObserver<ReadResp> observer) {
    var responses = (ServerCallStreamObserver<ReadResp>) observer;
    try {
      ReadRequest request = ReadRequest.parse(message);
      Pump pump = pump(request, responses);
      pump.start(policy.mayRead(request.stream()));
    } catch (StatusRuntimeException e) {
      responses.onError(e);
    }
  }

  private Pump pump(ReadRequest request, ServerCallStreamObserver<ReadResp> responses) {
    if (request.subscription()) {
      return request.all()
          ? new AllSubscription(log, transport, live, request, responses)
          : new StreamSubscription(log, transport, live, request, responses);
    }
    return request.all()
        ? new AllRead(log, transport, request, responses)
        : new StreamRead(log, transport, request, responses);
  }
}
