package dev.foldline.eventstoredb.subscriptions;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadResp;
import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.Resolved;
import dev.foldline.eventstoredb.connection.WireEvents;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.List;
import java.util.Optional;

/** A persistent subscription. Its group is created if it is missing. */
public final class PersistentSource implements Source {

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
    return inServer
        .ensure()
        .chain(store::channel)
        .chain(channel -> subscribe(channel, sink))
        .invoke(store::answered);
  }

  @Override
  public Throwable failed(Throwable cause) {
    return store.failed(cause);
  }

  /** Creates the group if it is missing, without subscribing to it. */
  public Uni<Void> prepare() {
    return inServer.ensure();
  }

  /**
   * The position up to which the consumers of a group on all streams have settled every event, as
   * far as the server has kept it; −1 where it has kept nothing yet.
   */
  public Uni<Long> settled() {
    return inServer
        .standing()
        .map(found -> found.map(standing -> standing.checkpoint().orElse(-1)).orElse(-1L))
        .onFailure()
        .transform(store::failed);
  }

  /**
   * The position up to which the consumers of a group on all streams have settled every event,
   * where nothing is left for them: nothing waits, is in hand, or is parked. Fails with {@link
   * Unavailable} where something is or may be, or there is no such group.
   *
   * <p>What the server has kept of that is no answer: it keeps nothing for less than ten events.
   */
  public Uni<Long> ended() {
    return inServer
        .standing()
        .onFailure()
        .transform(store::failed)
        .map(
            found -> {
              ServerGroup.Standing standing =
                  found.orElseThrow(() -> new Unavailable("there is no " + group.describe()));
              if (standing.backlog() > 0 || standing.parked() > 0) {
                throw new Unavailable(
                    "%s has %d events unsettled, and %d parked"
                        .formatted(group.describe(), standing.backlog(), standing.parked()));
              }
              if (!standing.live()) {
                throw new Unavailable(group.describe() + " has not come to the end of the log");
              }
              return Math.max(
                  standing.checkpoint().orElse(standing.start()),
                  standing.known().orElse(standing.start()));
            });
  }

  private Uni<Session> subscribe(Channel channel, Sink sink) {
    return Uni.createFrom()
        .emitter(
            opened -> {
              ClientCall<ReadReq, ReadResp> call =
                  channel.newCall(PersistentSubscriptionsGrpc.getReadMethod(), CallOptions.DEFAULT);
              new OpenGroup(call, opened, sink)
                  .start(GroupRequests.read(group), 1 + group.bufferSize());
            });
  }

  /**
   * One time that the subscription is open. No more events are asked for than its consumer may have
   * at a time. It hears on the event loop of its connection, and is answered from any thread.
   */
  private final class OpenGroup extends OpenCall<ReadReq, ReadResp> {

    OpenGroup(ClientCall<ReadReq, ReadResp> call, UniEmitter<? super Session> opened, Sink sink) {
      super(call, opened, sink);
    }

    @Override
    public void onMessage(ReadResp message) {
      switch (message.getContentCase()) {
        case SUBSCRIPTION_CONFIRMATION -> confirm();
        case EVENT -> event(message.getEvent());
        case CONTENT_NOT_SET -> call().request(1);
      }
    }

    private void event(ReadResp.ReadEvent message) {
      Resolved event = WireEvents.toResolved(message);
      if (event.event() == null) {
        nack(Nack.SKIP, "the event that it links to is gone", event);
      } else if (inServer.isBefore(event.original())) {
        nack(Nack.SKIP, "the group begins behind it", event);
      } else {
        inServer.sees(event);
        sink().event(event, message.getRetryCount());
      }
    }

    @Override
    public void ack(List<Resolved> events) {
      answer(
          GroupRequests.ack(events.stream().map(event -> event.original().eventId()).toList()),
          events.size());
    }

    @Override
    public void nack(Nack action, String reason, Resolved event) {
      answer(GroupRequests.nack(action, reason, event.original().eventId()), 1);
    }

    private synchronized void answer(ReadReq message, int settled) {
      if (!isEnded()) {
        call().sendMessage(message);
        call().request(settled);
      }
    }

    @Override
    public Uni<Probe> probe() {
      return inServer.standing().map(OpenGroup::probe);
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
      end();
      return Uni.createFrom().voidItem();
    }
  }
}
