package dev.foldline.eventstoredb.subscriptions;

import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.NackAction;
import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.SubscribeToAllOptions;
import com.eventstore.dbclient.SubscribeToStreamOptions;
import com.eventstore.dbclient.Subscription;
import com.eventstore.dbclient.SubscriptionFilter;
import com.eventstore.dbclient.SubscriptionListener;
import dev.foldline.core.Positions;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.Reads;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.Cancellable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
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
        .chain(
            () ->
                Uni.createFrom()
                    .item(store::client)
                    .runSubscriptionOn(Infrastructure.getDefaultWorkerPool()))
        .chain(
            client ->
                position
                    .open(() -> begin(client))
                    .chain(start -> subscribe(client, new OpenLog(client, sink, start), start)))
        .invoke(store::answered);
  }

  @Override
  public Throwable failed(Throwable cause) {
    return store.failed(cause);
  }

  /** Where it begins, since no position of what it reads was ever saved. */
  private Uni<Long> begin(EventStoreDBClient client) {
    LOG.infof(
        "%s: no position is kept, it begins with the %s event",
        describe(), settings.fromStart() ? "first" : "next");
    return Reads.last(client, settings.stream())
        .map(last -> last.map(this::positionOf).orElse(-1L))
        .map(end -> settings.fromStart() ? fromStart(end) : end);
  }

  private long fromStart(long end) {
    history.endsAt(end);
    return -1;
  }

  private Uni<Session> subscribe(EventStoreDBClient client, OpenLog log, long start) {
    return Uni.createFrom()
        .completionStage(
            () ->
                settings.stream() == null
                    ? client.subscribeToAll(log, toAll(log, start))
                    : client.subscribeToStream(settings.stream(), log, toStream(start)))
        .onCancellation()
        .invoke(log::end)
        .onFailure()
        .invoke(log::end)
        .map(_ -> log);
  }

  private SubscribeToAllOptions toAll(OpenLog log, long start) {
    SubscribeToAllOptions options = SubscribeToAllOptions.get();
    options.batchSize(settings.batchSize()).resolveLinkTos(settings.resolveLinks());
    if (settings.filter() != null) {
      options.filter(
          SubscriptionFilter.newBuilder()
              .withStreamNameRegularExpression(settings.filter())
              .withCheckpointer((_, checkpoint) -> log.checked(checkpoint))
              .build());
    }
    if (start < 0) {
      options.fromStart();
    } else {
      options.fromPosition(new Position(start, start));
    }
    return options;
  }

  private SubscribeToStreamOptions toStream(long start) {
    SubscribeToStreamOptions options = SubscribeToStreamOptions.get();
    options.batchSize(settings.batchSize()).resolveLinkTos(settings.resolveLinks());
    if (start < 0) {
      options.fromStart();
    } else {
      options.fromRevision(start);
    }
    return options;
  }

  private long positionOf(ResolvedEvent event) {
    return positionOf(event.getOriginalEvent());
  }

  private long positionOf(RecordedEvent original) {
    return settings.stream() == null
        ? original.getPosition().getCommitUnsigned()
        : original.getRevision();
  }

  private Uni<Void> park(EventStoreDBClient client, String reason, ResolvedEvent event) {
    return Uni.createFrom()
        .completionStage(
            () ->
                client.appendToStream(
                    settings.parkedStream(), ParkedLink.to(event.getOriginalEvent(), reason)))
        .ifNoItem()
        .after(store.timeout())
        .fail()
        .replaceWithVoid();
  }

  /** One time that the subscription was open. */
  private final class OpenLog extends SubscriptionListener implements Session {

    private final EventStoreDBClient client;
    private final Sink sink;
    private final Progress progress;
    private @Nullable Subscription subscription;
    private @Nullable Cancellable timer;
    private boolean ended;
    private long passedAtSave;

    OpenLog(EventStoreDBClient client, Sink sink, long start) {
      this.client = client;
      this.sink = sink;
      this.progress = new Progress(start, settings.bufferSize());
    }

    @Override
    public synchronized void onConfirmation(Subscription confirmed) {
      if (ended) {
        confirmed.stop();
        return;
      }
      subscription = confirmed;
      timer =
          Multi.createFrom()
              .ticks()
              .every(settings.saveInterval())
              .onOverflow()
              .drop()
              .subscribe()
              .with(_ -> save(), sink::ended);
    }

    private synchronized void end() {
      ended = true;
      progress.close();
      if (timer != null) {
        timer.cancel();
      }
      if (subscription != null) {
        subscription.stop();
      }
    }

    /** Waits while there is no room, and so lets the server wait. */
    @Override
    public void onEvent(Subscription from, ResolvedEvent event) {
      try {
        if (!progress.admit(positionOf(event))) {
          from.stop();
        } else if (event.getEvent() == null || isParkedByUs(event)) {
          progress.settle(positionOf(event));
        } else {
          history.sees(positionOf(event), event.getEvent());
          sink.event(event, 0);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        sink.ended(e);
      }
    }

    private boolean isParkedByUs(ResolvedEvent event) {
      return event.getOriginalEvent().getStreamId().equals(settings.parkedStream());
    }

    @Override
    public void onCancelled(Subscription cancelled, @Nullable Throwable cause) {
      sink.ended(cause == null ? new CancellationException("closed") : cause);
    }

    /** The server looked at everything up to here. */
    CompletableFuture<Void> checked(Position checkpoint) {
      progress.pass(checkpoint.getCommitUnsigned());
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void ack(List<ResolvedEvent> events) {
      events.forEach(event -> progress.settle(positionOf(event)));
      if (progress.passed() - passedAtSave >= settings.saveCount()) {
        passedAtSave = progress.passed();
        save();
      }
    }

    @Override
    public void nack(NackAction action, String reason, ResolvedEvent event) {
      switch (action) {
        case Park -> setAside(reason, event);
        case Skip -> progress.settle(positionOf(event));
        case Retry, Stop, Unknown -> {
          int retries = progress.retry(positionOf(event));
          if (retries > settings.maxRetries()) {
            setAside(reason, event);
          } else {
            sink.event(event, retries);
          }
        }
      }
    }

    private void setAside(String reason, ResolvedEvent event) {
      park(client, reason, event)
          .subscribe()
          .with(
              _ -> {
                parked.increment();
                progress.settle(positionOf(event));
              },
              sink::ended);
    }

    private void save() {
      position.save(progress.reached()).subscribe().with(_ -> {}, sink::ended);
    }

    @Override
    public Uni<Probe> probe() {
      return Uni.createFrom()
          .item(
              () ->
                  client.isShutdown()
                      ? Probe.dead("the client gave up on its store")
                      : new Probe(Optional.empty(), progress.unsettled(), parked.sum()));
    }

    @Override
    public Uni<Void> close() {
      end();
      return position.flush(progress.reached());
    }
  }
}
