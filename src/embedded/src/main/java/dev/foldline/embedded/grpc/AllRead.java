package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.ResolvedEvent;
import dev.foldline.embedded.log.Snapshot;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.concurrent.Executor;

/** A read of $all, either way, up to what was its end when the read began (contract 3.4). */
final class AllRead extends Pump {
  private final ReadRequest request;
  private final long end;
  private long remaining;

  /** Forwards the last position that is not wanted, backwards the first. */
  private long bound;

  AllRead(
      EventLog log,
      Executor transport,
      ReadRequest request,
      ServerCallStreamObserver<ReadResp> responses) {
    super(log, transport, responses, request.structuredIds());
    this.request = request;
    this.end = log.lastPosition();
    this.remaining = request.count();
    this.bound = request.backwards() ? request.from().value() : request.from().value() - 1;
  }

  @Override
  Progress page(Snapshot snapshot) {
    int max = (int) Math.min(remaining, PAGE_EVENTS);
    List<LogEvent> events =
        request.backwards()
            ? snapshot.allBackwards(bound, max, PAGE_BYTES)
            : snapshot.allForwards(bound, max, PAGE_BYTES);
    for (LogEvent event : events) {
      if (remaining > 0 && event.position() <= end && wanted(event)) {
        send(request.resolveLinks() ? snapshot.resolve(event) : ResolvedEvent.of(event));
        remaining--;
      }
      bound = event.position();
    }
    boolean more = !events.isEmpty() && remaining > 0 && (request.backwards() || bound < end);
    return more ? Progress.MORE : Progress.DONE;
  }

  private boolean wanted(LogEvent event) {
    return request.filter() == null || request.filter().events().test(event);
  }
}
