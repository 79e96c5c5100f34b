package dev.foldline.eventstoredb.subscriptions;

import com.eventstore.dbclient.EventStoreDBPersistentSubscriptionsClient;
import com.eventstore.dbclient.NackAction;
import com.eventstore.dbclient.PersistentSubscription;
import com.eventstore.dbclient.PersistentSubscriptionListener;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.SubscribePersistentSubscriptionOptions;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import io.grpc.StatusRuntimeException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A persistent subscription. Its group is created if it is missing. */
public final class PersistentSource implements Source {

  private static final Logger LOG = Logger.getLogger(PersistentSource.class);

  private final EventStore store;
  private final Group group;
  private final ServerGroup inServer;

  /**
   * @param update whether a group with other settings is updated; else they are only reported
   */
  public PersistentSource(EventStore store, Group group, boolean update) {
    this(store, group, update, false);
  }

  /**
   * @param ofChannel whether it is for a channel, for which it counts with which events it begins
   */
  public PersistentSource(EventStore store, Group group, boolean update, boolean ofChannel) {
    this.store = store;
    this.group = group;
    this.inServer = new ServerGroup(store, group, update, ofChannel);
  }

  @Override
  public String describe() {
    return inServer.describe();
  }

  @Override
  public Uni<Session> open(Sink sink) {
    return client()
        .chain(client -> inServer.ensure(client).chain(() -> subscribe(client, sink)))
        .invoke(store::answered);
  }

  @Override
  public Throwable failed(Throwable cause) {
    return store.failed(cause);
  }

  /** Creates the group if it is missing, without subscribing to it. */
  public Uni<Void> prepare() {
    return client().chain(inServer::ensure);
  }

  /**
   * The position up to which the consumers of a group on all streams have settled every event, as
   * far as the server has kept it; −1 where it has kept nothing yet.
   */
  public Uni<Long> settled() {
    return client()
        .chain(inServer::standing)
        .map(found -> found.flatMap(ServerGroup.Standing::checkpoint).orElse(-1L))
        .ifNoItem()
        .after(store.timeout())
        .failWith(() -> new Unavailable("the event store did not answer in time"));
  }

  /** To make a client takes a second the first time: not on the caller's thread. */
  private Uni<EventStoreDBPersistentSubscriptionsClient> client() {
    return store
        .ready()
        .chain(
            () ->
                Uni.createFrom()
                    .item(store::subscriptions)
                    .runSubscriptionOn(Infrastructure.getDefaultWorkerPool()));
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
  private final class Listener extends PersistentSubscriptionListener {

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
      } else if (inServer.isBefore(event.getOriginalEvent())) {
        subscription.nack(NackAction.Skip, "the group begins behind it", event);
      } else {
        inServer.sees(event);
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
          : inServer.standing(client).map(OpenGroup::probe);
    }

    private static Probe probe(Optional<ServerGroup.Standing> standing) {
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
