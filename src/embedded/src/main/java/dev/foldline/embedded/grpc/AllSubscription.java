package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import dev.foldline.embedded.grpc.From.At;
import dev.foldline.embedded.grpc.From.End;
import dev.foldline.embedded.grpc.From.Start;
import dev.foldline.embedded.grpc.ReadRequest.WindowedFilter;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.ResolvedEvent;
import dev.foldline.embedded.log.Snapshot;
import dev.foldline.embedded.log.StreamNames;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A catch-up subscription to $all (contract 4): history from disk, then live events from the log's
 * tail. A filtered one is told by checkpoints how far it has come.
 */
final class AllSubscription extends Pump {
  private enum Phase {
    NEW,
    HISTORY,
    LIVE
  }

  /** After so many matching events a page of history ends. */
  private static final int PAGE_MATCHES = 32;

  private final EventLog log;
  private final LiveReaders live;
  private final ReadRequest request;
  private final @Nullable WindowedFilter filter;
  private Phase phase = Phase.NEW;

  /** Where the subscription began: events up to here are considered, but not delivered. */
  private long start;

  /** The last position that is done with. */
  private long cursor;

  private Page page = new Page(0, 0);
  private Page previous = page;
  private long sinceCheckpoint;
  private long lastCheckpoint = -1;

  /** One page of filtered history, and the point that it reports if nothing in it matched. */
  private static final class Page {
    private long commit;
    private long prepare;
    private long considered;
    private int matches;

    private Page(long commit, long prepare) {
      this.commit = commit;
      this.prepare = prepare;
    }
  }

  AllSubscription(
      EventLog log,
      Executor transport,
      LiveReaders live,
      ReadRequest request,
      ServerCallStreamObserver<ReadResp> responses) {
    super(log, transport, responses, request.structuredIds());
    this.log = log;
    this.live = live;
    this.request = request;
    this.filter = request.filter();
  }

  @Override
  Progress page(Snapshot snapshot) {
    return switch (phase) {
      case NEW -> begin();
      case HISTORY -> history(snapshot);
      case LIVE -> live(snapshot);
    };
  }

  private Progress begin() {
    live.add(StreamNames.ALL, this);
    send(confirmation());
    if (filter != null && filter.window() == 0) {
      throw Errors.unknown("The filter's window is 0");
    }
    long end = log.lastPosition();
    start =
        switch (request.from()) {
          case Start() -> -1;
          case At(var position) -> position;
          case End() -> end;
        };
    if (start >= end) {
      return goLive(start);
    }
    long first = Math.max(start, 0);
    page = new Page(first, first);
    cursor = filter == null ? start : start - 1;
    phase = Phase.HISTORY;
    return Progress.MORE;
  }

  private Progress goLive(long position) {
    send(caughtUp());
    cursor = position;
    sinceCheckpoint = 0;
    phase = Phase.LIVE;
    return Progress.MORE;
  }

  private Progress history(Snapshot snapshot) {
    List<LogEvent> events = snapshot.allForwards(cursor, PAGE_EVENTS, PAGE_BYTES);
    if (events.isEmpty()) {
      Page last = page.considered > 0 ? page : previous;
      if (filter != null) {
        checkpoint(last.commit, last.prepare);
      }
      return goLive(cursor);
    }
    for (LogEvent event : events) {
      if (filter == null) {
        deliver(snapshot, event);
      } else {
        consider(snapshot, filter, event);
      }
      cursor = event.position();
    }
    return Progress.MORE;
  }

  private void consider(Snapshot snapshot, WindowedFilter filter, LogEvent event) {
    if (page.considered == 0 && page.commit < 0) {
      page.commit = event.position();
    }
    page.considered++;
    if (filter.events().test(event)) {
      page.matches++;
      page.commit = event.position();
      page.prepare = event.position();
      if (event.position() > start) {
        deliver(snapshot, event);
      }
    }
    if (page.considered >= filter.window() || page.matches >= PAGE_MATCHES) {
      sinceCheckpoint += page.considered;
      if (sinceCheckpoint >= filter.interval()) {
        checkpoint(page.commit, page.prepare);
        sinceCheckpoint = 0;
      }
      previous = page;
      page = new Page(-1, event.position());
    }
  }

  private Progress live(Snapshot snapshot) {
    List<LogEvent> tail = log.tail(cursor, PAGE_EVENTS);
    List<LogEvent> events =
        tail != null ? tail : snapshot.allForwards(cursor, PAGE_EVENTS, PAGE_BYTES);
    int bytes = 0;
    for (LogEvent event : events) {
      if (bytes > PAGE_BYTES) {
        return Progress.MORE;
      }
      cursor = event.position();
      if (event.inAll()) {
        bytes += follow(snapshot, event);
      }
    }
    return events.isEmpty() ? Progress.WAIT : Progress.MORE;
  }

  private int follow(Snapshot snapshot, LogEvent event) {
    boolean wanted = filter == null || filter.events().test(event);
    if (wanted) {
      deliver(snapshot, event);
    }
    if (filter != null && ++sinceCheckpoint >= filter.interval()) {
      checkpoint(event.position(), event.position());
      sinceCheckpoint = 0;
    }
    return wanted ? event.data().size() : 0;
  }

  private void checkpoint(long commit, long prepare) {
    if (commit > lastCheckpoint) {
      lastCheckpoint = commit;
      var checkpoint =
          ReadResp.Checkpoint.newBuilder().setCommitPosition(commit).setPreparePosition(prepare);
      send(ReadResp.newBuilder().setCheckpoint(checkpoint).build());
    }
  }

  private void deliver(Snapshot snapshot, LogEvent event) {
    send(request.resolveLinks() ? snapshot.resolve(event) : ResolvedEvent.of(event));
  }

  @Override
  void release() {
    live.remove(StreamNames.ALL, this);
  }
}
