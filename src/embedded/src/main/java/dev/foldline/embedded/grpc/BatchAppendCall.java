package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.ExpectedRevision;
import dev.foldline.embedded.log.WriteResult;
import dev.foldline.embedded.security.AccessPolicy;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One {@code Streams/BatchAppend}: many appends in many parts, told apart by their correlation ids
 * (contract 2.7). Batches are answered from the log's threads, so all state is guarded by this
 * object.
 */
final class BatchAppendCall implements StreamObserver<BatchAppendReq> {
  /** So many batches may be open or unanswered; then the client has to wait. */
  private static final int MAX_UNANSWERED = 1024;

  /** So much may be held while the log is at work; then too the client has to wait. */
  private static final long MAX_AHEAD_BYTES = 16L << 20;

  /** About 136 years, which can still be reckoned with in nanoseconds. */
  private static final long MOST_SECONDS = 1L << 32;

  private final EventLog log;
  private final AccessPolicy policy;
  private final Limits limits;
  private final IngressBudget.Share share;
  private final ScheduledExecutorService timer;
  private final ServerCallStreamObserver<BatchAppendResp> responses;
  private final Map<UUID, Batch> open = new HashMap<>();
  private int unanswered;

  /**
   * Done once every batch so far is handed to the log: leave to write may take longer for one than
   * for the next.
   */
  private CompletableFuture<Boolean> inOrder = CompletableFuture.completedFuture(true);

  private boolean starved;
  private boolean halfClosed;
  private boolean ended;

  private static final class Batch {
    private final BatchAppendReq first;
    private final String stream;
    private final ExpectedRevision expected;
    private final ProposedEvents events;
    private final long deadline;
    private @Nullable Future<?> timeout;

    private Batch(
        BatchAppendReq first,
        String stream,
        ExpectedRevision expected,
        ProposedEvents events,
        Duration time) {
      this.first = first;
      this.stream = stream;
      this.expected = expected;
      this.events = events;
      this.deadline = System.nanoTime() + time.toNanos();
    }

    private Duration timeLeft() {
      return Duration.ofNanos(deadline - System.nanoTime());
    }
  }

  BatchAppendCall(
      EventLog log,
      AccessPolicy policy,
      Limits limits,
      IngressBudget.Share share,
      ScheduledExecutorService timer,
      ServerCallStreamObserver<BatchAppendResp> responses) {
    this.log = log;
    this.policy = policy;
    this.limits = limits;
    this.share = share;
    this.timer = timer;
    this.responses = responses;
    responses.disableAutoRequest();
    responses.setOnReadyHandler(this::feed);
    responses.setOnCancelHandler(this::cancelled);
    responses.request(1);
  }

  @Override
  public synchronized void onNext(BatchAppendReq request) {
    try {
      accept(request);
    } catch (StatusRuntimeException e) {
      answer(BatchAnswers.failure(request, e));
    }
    if (hasRoom()) {
      responses.request(1);
    } else {
      starved = true;
    }
  }

  /** Where the log has nothing to answer, it is on the client that open batches go on. */
  private boolean hasRoom() {
    return responses.isReady()
        && unanswered < MAX_UNANSWERED
        && (share.held() < MAX_AHEAD_BYTES || unanswered == open.size());
  }

  private synchronized void feed() {
    if (starved && hasRoom()) {
      starved = false;
      responses.request(1);
    }
  }

  private void accept(BatchAppendReq request) {
    UUID id = Uuids.parse(request.getCorrelationId());
    if (id == null) {
      throw Errors.invalidArgument("The correlation id is missing or malformed");
    }
    Batch batch = open.get(id);
    if (batch == null) {
      if (!request.hasOptions()) {
        return;
      }
      batch = begin(request);
      open.put(id, batch);
      unanswered++;
    }
    try {
      for (var event : request.getProposedMessagesList()) {
        batch.events.add(
            event.getId(), event.getMetadataMap(), event.getCustomMetadata(), event.getData());
      }
    } catch (StatusRuntimeException e) {
      finish(id, batch, BatchAnswers.failure(batch.first, e));
      return;
    }
    if (!batch.timeLeft().isPositive()) {
      finish(id, batch, BatchAnswers.timeout(batch.first));
    } else if (request.getIsFinal()) {
      submit(id, batch);
    } else if (batch.timeout == null) {
      Batch waiting = batch;
      batch.timeout =
          timer.schedule(
              () -> timedOut(id, waiting), batch.timeLeft().toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private Batch begin(BatchAppendReq request) {
    var options = request.getOptions();
    ExpectedRevision expected =
        StreamRequests.expectedRevision(
            options.getExpectedStreamPositionCase(), options.getStreamPosition());
    String stream =
        StreamRequests.streamName(options.hasStreamIdentifier(), options.getStreamIdentifier());
    ProposedEvents events = new ProposedEvents(limits, share);
    events.keepName(options.getStreamIdentifier());
    BatchAppendReq withoutEvents = request.toBuilder().clearProposedMessages().build();
    return new Batch(withoutEvents, stream, expected, events, time(options));
  }

  private static Duration time(BatchAppendReq.Options options) {
    Duration wanted =
        switch (options.getDeadlineOptionCase()) {
          case DEADLINE ->
              Duration.ofSeconds(
                  clamped(options.getDeadline().getSeconds()), options.getDeadline().getNanos());
          case DEADLINE_21_10_0 ->
              Duration.between(
                  Instant.now(),
                  Instant.EPOCH
                      .plusSeconds(clamped(options.getDeadline21100().getSeconds()))
                      .plusNanos(options.getDeadline21100().getNanos()));
          case DEADLINEOPTION_NOT_SET -> EventLog.WRITE_TIMEOUT;
        };
    return wanted.compareTo(EventLog.WRITE_TIMEOUT) < 0 ? wanted : EventLog.WRITE_TIMEOUT;
  }

  private static long clamped(long seconds) {
    return Math.clamp(seconds, -MOST_SECONDS, MOST_SECONDS);
  }

  private void submit(UUID id, Batch batch) {
    open.remove(id);
    cancelTimeout(batch);
    var leave =
        StreamRequests.mayAppend(policy, batch.stream)
            .handle((_, denied) -> Optional.ofNullable(denied));
    inOrder =
        inOrder.thenCombine(
            leave,
            (_, denied) -> {
              handOver(batch, denied);
              return true;
            });
  }

  private void handOver(Batch batch, Optional<Throwable> denied) {
    if (denied.isPresent()) {
      written(batch, null, denied.get());
    } else {
      var _ =
          log.append(batch.stream, batch.expected, batch.events.events(), batch.timeLeft())
              .whenComplete((result, failure) -> written(batch, result, failure));
    }
  }

  private synchronized void written(
      Batch batch, @Nullable WriteResult result, @Nullable Throwable failure) {
    unanswered--;
    batch.events.release();
    answer(
        result == null
            ? BatchAnswers.failure(
                batch.first, Errors.of(failure == null ? new IllegalStateException() : failure))
            : BatchAnswers.result(batch.first, batch.stream, batch.expected, result));
    feed();
    completeIfDone();
  }

  private synchronized void timedOut(UUID id, Batch batch) {
    if (open.get(id) == batch) {
      finish(id, batch, BatchAnswers.timeout(batch.first));
      feed();
      completeIfDone();
    }
  }

  private void finish(UUID id, Batch batch, BatchAppendResp answer) {
    open.remove(id);
    drop(batch);
    unanswered--;
    answer(answer);
  }

  private static void drop(Batch batch) {
    cancelTimeout(batch);
    batch.events.release();
  }

  private static void cancelTimeout(Batch batch) {
    if (batch.timeout != null) {
      batch.timeout.cancel(false);
    }
  }

  private void answer(BatchAppendResp response) {
    if (!ended) {
      responses.onNext(response);
    }
  }

  @Override
  public synchronized void onCompleted() {
    halfClosed = true;
    completeIfDone();
  }

  private void completeIfDone() {
    if (halfClosed && unanswered == 0 && !ended) {
      ended = true;
      responses.onCompleted();
    }
  }

  private synchronized void cancelled() {
    ended = true;
    open.values().forEach(BatchAppendCall::drop);
    open.clear();
  }

  @Override
  public void onError(Throwable cancelled) {
    cancelled();
  }
}
