package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import dev.foldline.embedded.grpc.From.At;
import dev.foldline.embedded.grpc.From.End;
import dev.foldline.embedded.grpc.From.Start;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.ResolvedEvent;
import dev.foldline.embedded.log.Snapshot;
import dev.foldline.embedded.log.StreamInfo;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * A catch-up subscription to one stream (contract 4): history by revision, then live events from
 * the log's tail, or from disk where this reader is too slow for the tail.
 */
final class StreamSubscription extends Pump {
  private enum Phase {
    NEW,
    HISTORY,
    LIVE
  }

  private final EventLog log;
  private final LiveReaders live;
  private final ReadRequest request;
  private final String name;
  private Phase phase = Phase.NEW;

  /** The last revision that is done with. */
  private long after;

  /** Once live: up to where the log was searched for events of this stream. */
  private long searched;

  StreamSubscription(
      EventLog log,
      Executor transport,
      LiveReaders live,
      ReadRequest request,
      ServerCallStreamObserver<ReadResp> responses) {
    super(log, transport, responses, request.structuredIds());
    this.log = log;
    this.live = live;
    this.request = request;
    this.name = request.stream();
  }

  @Override
  Progress page(Snapshot snapshot) {
    return switch (phase) {
      case NEW -> begin(snapshot);
      case HISTORY -> history(snapshot);
      case LIVE -> live(snapshot);
    };
  }

  private Progress begin(Snapshot snapshot) {
    live.add(name, this);
    StreamInfo stream = snapshot.stream(name);
    if (stream.tombstoned()) {
      throw Errors.streamDeleted(name);
    }
    after =
        switch (request.from()) {
          case Start() -> -1;
          case At(var revision) -> revision;
          case End() -> stream.lastRevision();
        };
    send(confirmation());
    phase = Phase.HISTORY;
    return history(snapshot);
  }

  private Progress history(Snapshot snapshot) {
    long committed = log.lastPosition();
    StreamInfo stream = snapshot.stream(name);
    if (stream.tombstoned()) {
      throw Errors.streamDeleted(name);
    }
    if (stream.exists() && after < stream.lastRevision()) {
      long from = Math.max(after + 1, stream.firstRevision());
      long to = Math.min(stream.lastRevision(), from + PAGE_EVENTS - 1);
      List<LogEvent> events =
          from > to ? List.of() : snapshot.streamForwards(stream, from, to, PAGE_BYTES);
      for (LogEvent event : events) {
        if (!stream.isExpired(event.created())) {
          deliver(snapshot, event);
        }
      }
      after = events.isEmpty() ? stream.lastRevision() : events.getLast().revision();
      if (after < stream.lastRevision()) {
        return Progress.MORE;
      }
    }
    send(caughtUp());
    searched = Math.min(committed, snapshot.lastPosition());
    phase = Phase.LIVE;
    return Progress.MORE;
  }

  private Progress live(Snapshot snapshot) {
    List<LogEvent> recent = log.tail(searched, PAGE_EVENTS);
    if (recent == null) {
      return behind(snapshot);
    }
    int bytes = 0;
    for (LogEvent event : recent) {
      if (bytes > PAGE_BYTES) {
        return Progress.MORE;
      }
      searched = event.position();
      if (event.stream().equals(name) && event.revision() > after) {
        bytes += event.data().size();
        deliver(snapshot, event);
        after = event.revision();
      }
    }
    return recent.size() < PAGE_EVENTS ? Progress.WAIT : Progress.MORE;
  }

  /** The tail no longer reaches back to where this reader is. */
  private Progress behind(Snapshot snapshot) {
    long committed = log.lastPosition();
    StreamInfo stream = snapshot.stream(name);
    if (after < stream.lastRevision()) {
      for (LogEvent event :
          snapshot.streamForwards(stream, after + 1, stream.lastRevision(), PAGE_BYTES)) {
        deliver(snapshot, event);
        after = event.revision();
      }
    }
    if (after >= stream.lastRevision()) {
      LogEvent last = snapshot.lastEvent(name);
      if (last != null && last.revision() == LogEvent.TOMBSTONE_REVISION) {
        deliver(snapshot, last);
      }
      searched = Math.min(committed, snapshot.lastPosition());
    }
    return Progress.MORE;
  }

  private void deliver(Snapshot snapshot, LogEvent event) {
    send(request.resolveLinks() ? snapshot.resolve(event) : ResolvedEvent.of(event));
    if (event.revision() == LogEvent.TOMBSTONE_REVISION) {
      throw Errors.streamDeleted(name);
    }
  }

  @Override
  void release() {
    live.remove(name, this);
  }
}
