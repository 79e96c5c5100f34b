package dev.foldline.eventstoredb.connector;

import com.eventstore.dbclient.EventStoreDBPersistentSubscriptionsClient;
import com.eventstore.dbclient.NackAction;
import com.eventstore.dbclient.PersistentSubscription;
import com.eventstore.dbclient.PersistentSubscriptionInfo;
import com.eventstore.dbclient.PersistentSubscriptionListener;
import com.eventstore.dbclient.PersistentSubscriptionSettings;
import com.eventstore.dbclient.PersistentSubscriptionStats;
import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.StreamPosition;
import com.eventstore.dbclient.SubscribePersistentSubscriptionOptions;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.EventStore;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A persistent subscription. Its group is created if it is missing. */
public final class PersistentSource implements Source {

  private static final Logger LOG = Logger.getLogger(PersistentSource.class);

  private final EventStore store;
  private final Group group;
  private final boolean update;
  private final boolean reportsFrom;
  private final GroupFilter filter;
  private volatile Map<String, String> differences = Map.of();

  /**
   * @param update whether a group with other settings is updated; else they are only reported
   */
  public PersistentSource(EventStore store, Group group, boolean update) {
    this(store, group, update, false);
  }

  /**
   * @param reportsFrom whether it counts where an existing group began, and not only a new one
   */
  PersistentSource(EventStore store, Group group, boolean update, boolean reportsFrom) {
    this.reportsFrom = reportsFrom;
    this.store = store;
    this.group = group;
    this.update = update;
    this.filter = new GroupFilter(store, group);
  }

  @Override
  public String describe() {
    return group.describe()
        + (differences.isEmpty() ? "" : ", otherwise than configured " + differences);
  }

  @Override
  public Uni<Session> open(Sink sink) {
    return client().chain(client -> ensureGroup(client).chain(() -> subscribe(client, sink)));
  }

  /** Creates the group if it is missing, without subscribing to it. */
  public Uni<Void> prepare() {
    return client().chain(this::ensureGroup);
  }

  /**
   * The position up to which the consumers of a group on all streams have settled every event, as
   * far as the server has kept it; −1 where it has kept nothing yet.
   */
  public Uni<Long> settled() {
    return client()
        .chain(client -> Uni.createFrom().completionStage(() -> client.getInfoToAll(group.name())))
        .map(
            info ->
                info.flatMap(found -> found.getStats().getLastCheckpointedEventPosition())
                    .map(Position::getCommitUnsigned)
                    .orElse(-1L))
        .ifNoItem()
        .after(store.timeout())
        .failWith(() -> new Unavailable("the event store did not answer in time"));
  }

  /** To make a client takes a second the first time: not on the caller's thread. */
  private Uni<EventStoreDBPersistentSubscriptionsClient> client() {
    return Uni.createFrom()
        .item(store::subscriptions)
        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
  }

  private Uni<Void> ensureGroup(EventStoreDBPersistentSubscriptionsClient client) {
    return info(client)
        .chain(
            found ->
                found.map(standing -> compare(client, standing)).orElseGet(() -> create(client)))
        .onFailure(PersistentSource::existsAlready)
        .recoverWithNull();
  }

  private Uni<Void> compare(EventStoreDBPersistentSubscriptionsClient client, Standing standing) {
    Map<String, String> settings =
        GroupOptions.differences(group, standing.settings(), standing.start());
    if (!reportsFrom) {
      settings.remove("from");
    }
    return filterInstead()
        .chain(
            instead -> {
              Map<String, String> lasting = new LinkedHashMap<>();
              instead.ifPresent(
                  there ->
                      lasting.put(
                          "filter",
                          there
                              + " instead of "
                              + filter.configured()
                              + ", which can't be updated: name another group"));
              if (update && !settings.isEmpty()) {
                LOG.warnf("%s is updated: %s", group.describe(), settings);
                report(lasting);
                return update(client);
              }
              lasting.putAll(settings);
              report(lasting);
              return Uni.createFrom().voidItem();
            });
  }

  private Uni<Optional<String>> filterInstead() {
    return group.stream() == null ? filter.instead() : Uni.createFrom().item(Optional.empty());
  }

  /** What lasts is told once in the log; in health, as long as it lasts. */
  private void report(Map<String, String> found) {
    if (!found.isEmpty() && !found.equals(differences)) {
      LOG.warnf("%s is otherwise than configured: %s", group.describe(), found);
    }
    differences = found;
  }

  private Uni<Void> create(EventStoreDBPersistentSubscriptionsClient client) {
    return group.stream() == null
        ? done(() -> client.createToAll(group.name(), GroupOptions.createToAll(group)))
            .chain(filter::note)
        : done(
            () ->
                client.createToStream(
                    group.stream(), group.name(), GroupOptions.createToStream(group)));
  }

  private Uni<Void> update(EventStoreDBPersistentSubscriptionsClient client) {
    return done(
        () ->
            group.stream() == null
                ? client.updateToAll(group.name(), GroupOptions.updateToAll(group))
                : client.updateToStream(
                    group.stream(), group.name(), GroupOptions.updateToStream(group)));
  }

  private static Uni<Void> done(Supplier<CompletableFuture<?>> call) {
    return Uni.createFrom().completionStage(call::get).replaceWithVoid();
  }

  private static boolean existsAlready(Throwable failure) {
    return Status.fromThrowable(failure).getCode() == Status.Code.ALREADY_EXISTS;
  }

  private Uni<Optional<Standing>> info(EventStoreDBPersistentSubscriptionsClient client) {
    return group.stream() == null
        ? Uni.createFrom()
            .completionStage(() -> client.getInfoToAll(group.name()))
            .map(
                info ->
                    info.map(
                        found ->
                            Standing.of(
                                found,
                                found.getSettings(),
                                found.getSettings().getStartFrom(),
                                found.getStats())))
        : Uni.createFrom()
            .completionStage(() -> client.getInfoToStream(group.stream(), group.name()))
            .map(
                info ->
                    info.map(
                        found ->
                            Standing.of(
                                found,
                                found.getSettings(),
                                found.getSettings().getStartFrom(),
                                found.getStats())));
  }

  /** What the server says of the group. */
  private record Standing(
      PersistentSubscriptionSettings settings,
      StreamPosition<?> start,
      int consumers,
      long backlog,
      long parked) {

    static Standing of(
        PersistentSubscriptionInfo info,
        PersistentSubscriptionSettings settings,
        StreamPosition<?> start,
        PersistentSubscriptionStats stats) {
      return new Standing(
          settings,
          start,
          info.getConnections().size(),
          stats.getLiveBufferCount()
              + stats.getReadBufferCount()
              + stats.getRetryBufferCount()
              + stats.getTotalInFlightMessages(),
          stats.getParkedMessageCount());
    }
  }

  private Uni<Session> subscribe(EventStoreDBPersistentSubscriptionsClient client, Sink sink) {
    SubscribePersistentSubscriptionOptions options =
        SubscribePersistentSubscriptionOptions.get().bufferSize(group.bufferSize());
    Listener listener = new Listener(sink);
    return Uni.createFrom()
        .completionStage(
            () ->
                group.stream() == null
                    ? client.subscribeToAll(group.name(), options, listener)
                    : client.subscribeToStream(group.stream(), group.name(), options, listener))
        .onCancellation()
        .invoke(listener::abandon)
        .map(subscription -> new OpenGroup(client, subscription));
  }

  /** Passes on what the client tells. What it throws would end the delivery, not the call. */
  private static final class Listener extends PersistentSubscriptionListener {

    private final Sink sink;
    private volatile boolean abandoned;

    Listener(Sink sink) {
      this.sink = sink;
    }

    /** The subscription came too late. */
    void abandon() {
      abandoned = true;
    }

    @Override
    public void onConfirmation(PersistentSubscription subscription) {
      if (abandoned) {
        subscription.stop();
      }
    }

    @Override
    public void onEvent(PersistentSubscription subscription, int retries, ResolvedEvent event) {
      if (abandoned) {
        subscription.stop();
      } else if (event.getEvent() == null) {
        subscription.nack(NackAction.Skip, "the event that it links to is gone", event);
      } else {
        sink.event(event, retries);
      }
    }

    @Override
    public void onCancelled(PersistentSubscription subscription, @Nullable Throwable cause) {
      sink.ended(cause == null ? new CancellationException("closed") : cause);
    }
  }

  private final class OpenGroup implements Session {

    private final EventStoreDBPersistentSubscriptionsClient client;
    private final PersistentSubscription subscription;

    OpenGroup(
        EventStoreDBPersistentSubscriptionsClient client, PersistentSubscription subscription) {
      this.client = client;
      this.subscription = subscription;
    }

    @Override
    public void ack(List<ResolvedEvent> events) {
      subscription.ack(events.iterator());
    }

    @Override
    public void nack(NackAction action, String reason, ResolvedEvent event) {
      subscription.nack(action, reason, event);
    }

    @Override
    public Uni<Probe> probe() {
      return client.isShutdown()
          ? Uni.createFrom().item(Probe.dead("the client gave up on its store"))
          : info(client).map(OpenGroup::probe);
    }

    private static Probe probe(Optional<Standing> standing) {
      return standing
          .map(
              found ->
                  found.consumers() == 0
                      ? Probe.dead("the server knows no consumer of the group")
                      : new Probe(Optional.empty(), found.backlog(), found.parked()))
          .orElseGet(() -> Probe.dead("the group was deleted"));
    }

    @Override
    public Uni<Void> close() {
      try {
        subscription.stop();
      } catch (StatusRuntimeException | IllegalStateException e) {
        LOG.debugf(e, "%s: it had ended already", describe());
      }
      return Uni.createFrom().voidItem();
    }
  }
}
