package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.ResolvedEvent;
import dev.foldline.embedded.log.Snapshot;
import dev.foldline.embedded.log.StreamInfo;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A read of one stream, either way, as it was when the read began (contract 3.3). */
final class StreamRead extends Pump {
  /**
   * Revisions a page holds before the first event was found; {@code first_stream_position} depends
   * on it.
   */
  private static final int FIRST_PAGE = 32;

  private final ReadRequest request;
  private final String name;
  private @Nullable StreamInfo stream;
  private long remaining;
  private long next;
  private boolean sent;

  /** Whether there were events that are too old: how many there are is not known. */
  private boolean expired;

  StreamRead(
      EventLog log,
      Executor transport,
      ReadRequest request,
      ServerCallStreamObserver<ReadResp> responses) {
    super(log, transport, responses, request.structuredIds());
    this.request = request;
    this.name = request.stream();
    this.remaining = request.count();
    this.next = request.from().value();
  }

  @Override
  Progress page(Snapshot snapshot) {
    StreamInfo info = stream;
    if (info == null) {
      info = snapshot.stream(name);
      stream = info;
      if (info.tombstoned()) {
        throw Errors.streamDeleted(name);
      }
      if (!info.exists()) {
        var notFound =
            ReadResp.StreamNotFound.newBuilder().setStreamIdentifier(ReadEvents.identifier(name));
        send(ReadResp.newBuilder().setStreamNotFound(notFound).build());
        return Progress.DONE;
      }
      next = request.backwards() ? Math.min(next, info.lastRevision()) : next;
    }
    boolean more = request.backwards() ? backwards(snapshot, info) : forwards(snapshot, info);
    if (more) {
      return Progress.MORE;
    }
    if (request.compatible()) {
      send(ReadResp.newBuilder().setLastStreamPosition(info.lastRevision()).build());
    }
    return Progress.DONE;
  }

  private boolean forwards(Snapshot snapshot, StreamInfo info) {
    long last = info.lastRevision();
    long first = info.firstRevision();
    long size = sent ? page() : Math.min(request.count(), FIRST_PAGE);
    if (next <= first - size) {
      empty(first);
      return true;
    }
    if (next > last) {
      empty(last + 1);
      return false;
    }
    long to = Math.min(next + size - 1, last);
    long behind = Math.max(next, first);
    boolean found = false;
    while (!found && behind <= to) {
      List<LogEvent> events = snapshot.streamForwards(info, behind, to, PAGE_BYTES);
      found = deliver(snapshot, info, events);
      behind = events.isEmpty() ? to + 1 : events.getLast().revision() + 1;
    }
    if (found) {
      next = behind;
    } else {
      empty(behind);
    }
    return remaining > 0 && next <= last;
  }

  private long page() {
    return expired ? PAGE_EVENTS : Math.min(remaining, PAGE_EVENTS);
  }

  private void empty(long behind) {
    if (request.compatible() && !sent && behind != next) {
      send(ReadResp.newBuilder().setFirstStreamPosition(behind).build());
    }
    next = behind;
  }

  private boolean backwards(Snapshot snapshot, StreamInfo info) {
    long first = info.firstRevision();
    if (next < first) {
      return false;
    }
    List<LogEvent> events =
        snapshot.streamBackwards(info, next, Math.max(first, next - page() + 1), PAGE_BYTES);
    deliver(snapshot, info, events);
    next = events.isEmpty() ? first - 1 : events.getLast().revision() - 1;
    return remaining > 0 && next >= first;
  }

  private boolean deliver(Snapshot snapshot, StreamInfo info, List<LogEvent> events) {
    boolean found = false;
    for (LogEvent event : events) {
      if (info.isExpired(event.created())) {
        expired = true;
      } else if (remaining > 0) {
        send(request.resolveLinks() ? snapshot.resolve(event) : ResolvedEvent.of(event));
        remaining--;
        sent = true;
        found = true;
      }
    }
    return found;
  }
}
