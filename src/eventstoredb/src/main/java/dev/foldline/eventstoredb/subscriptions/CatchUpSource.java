package dev.foldline.eventstoredb.subscriptions;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import dev.foldline.core.Positions;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.ReadRequests;
import dev.foldline.eventstoredb.connection.Resolved;
import dev.foldline.eventstoredb.connection.WireEvents;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A catch-up subscription whose position is kept by the application.
 *
 * <p>The position is the one up to which every event is settled, so that nothing is missed,
 * whatever happens; what was settled beyond it is delivered again. While it can't be saved, the
 * subscription is closed. Since no server keeps account of its events, a parked one is linked from
 * the stream {@code parked-}name, and one that is to be delivered again comes from memory.
 */
public final class CatchUpSource implements Source {

  private static final Logger LOG = Logger.getLogger(CatchUpSource.class);

  private final EventStore store;
  private final CatchUp settings;
  private final SavedPosition position;
  private final HistoryWarning history;
  private final LongAdder parked = new LongAdder();

  public CatchUpSource(EventStore store, Positions positions, CatchUp settings) {
    this.store = store;
    this.settings = settings;
    this.history = new HistoryWarning(settings.describe());
    this.position = new SavedPosition(positions, settings.key(), store.timeout());
  }

  @Override
  public String describe() {
    return settings.describe();
  }

  @Override
  public Uni<Session> open(Sink sink) {
    return store
        .ready()
        .chain(() -> position.open(this::begin))
        .chain(start -> store.channel().chain(channel -> subscribe(channel, sink, start)))
        .invoke(store::answered);
  }

  @Override
  public Throwable failed(Throwable cause) {
    return store.failed(cause);
  }

  /** Where it begins, since no position of what it reads was ever saved. */
  private Uni<Long> begin() {
    LOG.infof(
        "%s: no position is kept, it begins with the %s event",
        describe(), settings.fromStart() ? "first" : "next");
    return store
        .last(settings.stream())
        .map(last -> last.map(this::positionOf).orElse(-1L))
        .map(end -> settings.fromStart() ? fromStart(end) : end);
  }

  private long fromStart(long end) {
    history.endsAt(end);
    return -1;
  }

  private Uni<Session> subscribe(Channel channel, Sink sink, long start) {
    return Uni.createFrom()
        .emitter(
            opened -> {
              OpenLog log = new OpenLog(channel, opened, sink, start);
              log.begin(
                  settings.stream() == null
                      ? ReadRequests.subscribeToAll(
                          settings.filter(), start, settings.resolveLinks())
                      : ReadRequests.subscribe(settings.stream(), start, settings.resolveLinks()));
            });
  }

  private long positionOf(Resolved event) {
    return positionOf(event.original());
  }

  private long positionOf(Recorded<StoredEvent> original) {
    return settings.stream() == null ? original.position() : original.revision();
  }

  private Uni<Void> park(String reason, Resolved event) {
    return store
        .append(settings.parkedStream(), List.of(ParkedLink.to(event.original(), reason)))
        .replaceWithVoid();
  }

  /**
   * One time that the subscription was open. It hears on the event loop of its connection, and is
   * answered from any thread.
   */
  private final class OpenLog extends OpenCall<ReadReq, ReadResp> {

    private final Progress progress;
    private @Nullable Cancellable timer;
    private long passedAtSave;

    OpenLog(Channel channel, UniEmitter<? super Session> opened, Sink sink, long start) {
      super(channel.newCall(StreamsGrpc.getReadMethod(), CallOptions.DEFAULT), opened, sink);
      this.progress = new Progress(start, settings.bufferSize());
    }

    void begin(ReadReq request) {
      start(request, 1);
      call().halfClose();
    }

    private synchronized void confirmed() {
      if (!isEnded()) {
        timer =
            Multi.createFrom()
                .ticks()
                .every(settings.saveInterval())
                .onOverflow()
                .drop()
                .subscribe()
                .with(_ -> save(), sink()::ended);
        confirm();
        askForMore();
      }
    }

    @Override
    synchronized boolean end() {
      if (timer != null) {
        timer.cancel();
      }
      return super.end();
    }

    /** The server waits while there is no room. */
    private void askForMore() {
      int more = progress.ask();
      if (more > 0) {
        call().request(more);
      }
    }

    @Override
    public void onMessage(ReadResp message) {
      switch (message.getContentCase()) {
        case EVENT -> event(WireEvents.toResolved(message.getEvent()));
        case CONFIRMATION -> confirmed();
        case CHECKPOINT -> {
          progress.pass(message.getCheckpoint().getCommitPosition());
          call().request(1);
        }
        case STREAM_NOT_FOUND,
            FIRST_STREAM_POSITION,
            LAST_STREAM_POSITION,
            LAST_ALL_STREAM_POSITION,
            CAUGHT_UP,
            FELL_BEHIND,
            CONTENT_NOT_SET ->
            call().request(1);
      }
    }

    private void event(Resolved event) {
      progress.admit(positionOf(event));
      if (event.event() == null || isParkedByUs(event)) {
        settle(event);
      } else {
        history.sees(positionOf(event), event.present());
        sink().event(event, 0);
      }
    }

    private boolean isParkedByUs(Resolved event) {
      return event.original().stream().equals(settings.parkedStream());
    }

    private void settle(Resolved event) {
      progress.settle(positionOf(event));
      askForMore();
    }

    @Override
    public void ack(List<Resolved> events) {
      events.forEach(event -> progress.settle(positionOf(event)));
      askForMore();
      if (progress.passed() - passedAtSave >= settings.saveCount()) {
        passedAtSave = progress.passed();
        save();
      }
    }

    @Override
    public void nack(Nack action, String reason, Resolved event) {
      switch (action) {
        case PARK -> setAside(reason, event);
        case SKIP -> settle(event);
        case RETRY -> {
          int retries = progress.retry(positionOf(event));
          if (retries > settings.maxRetries()) {
            setAside(reason, event);
          } else {
            sink().event(event, retries);
          }
        }
      }
    }

    private void setAside(String reason, Resolved event) {
      park(reason, event)
          .subscribe()
          .with(
              _ -> {
                parked.increment();
                settle(event);
              },
              sink()::ended);
    }

    private void save() {
      position.save(progress.reached()).subscribe().with(_ -> {}, sink()::ended);
    }

    @Override
    public Uni<Probe> probe() {
      return Uni.createFrom()
          .item(() -> new Probe(Optional.empty(), progress.unsettled(), parked.sum()));
    }

    @Override
    public Uni<Void> close() {
      end();
      return position.flush(progress.reached());
    }
  }
}
