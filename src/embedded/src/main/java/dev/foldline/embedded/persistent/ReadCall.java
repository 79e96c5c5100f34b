package dev.foldline.embedded.persistent;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadResp;
import com.eventstore.dbclient.proto.shared.Shared;
import dev.foldline.embedded.grpc.Errors;
import dev.foldline.embedded.grpc.Uuids;
import dev.foldline.embedded.security.AccessPolicy;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One Read call: the handshake, then acknowledgements for as long as the consumer stays. Confined
 * to the call's own thread; what it learns goes to the group's mailbox, which takes {@value
 * #MOST_WAITING} messages of a call at a time.
 */
final class ReadCall implements StreamObserver<ReadReq> {
  private static final int MOST_WAITING = 16;
  private static final int LONGEST_REASON = 4_096;
  private static final int SENT_AHEAD_BYTES = 128 << 10;

  private final PersistentSubscriptions subscriptions;
  private final AccessPolicy policy;
  private final ServerCallStreamObserver<ReadResp> call;
  private final String connectionName;
  private final String user;
  private @Nullable Joined joined;
  private boolean refused;

  /** The group and, in its mailbox, the consumer that this call has become. */
  private static final class Joined {
    private final PersistentSubscription subscription;
    private final Subscriber subscriber;
    private int handled;

    private Joined(PersistentSubscription subscription, Subscriber subscriber) {
      this.subscription = subscription;
      this.subscriber = subscriber;
    }
  }

  private ReadCall(
      PersistentSubscriptions subscriptions,
      AccessPolicy policy,
      ServerCallStreamObserver<ReadResp> call,
      String connectionName,
      String user) {
    this.subscriptions = subscriptions;
    this.policy = policy;
    this.call = call;
    this.connectionName = connectionName;
    this.user = user;
  }

  static StreamObserver<ReadReq> open(
      PersistentSubscriptions subscriptions,
      AccessPolicy policy,
      ServerCallStreamObserver<ReadResp> call,
      String connectionName,
      String user) {
    var read = new ReadCall(subscriptions, policy, call, connectionName, user);
    call.disableAutoRequest();
    call.request(MOST_WAITING);
    call.setOnCancelHandler(read::left);
    call.setOnReadyThreshold(SENT_AHEAD_BYTES);
    call.setOnReadyHandler(read::ready);
    return read;
  }

  @Override
  public void onNext(ReadReq request) {
    var known = joined;
    if (known != null) {
      known.subscription.execute(() -> settle(known, request));
    } else if (!refused) {
      try {
        join(request);
      } catch (StatusRuntimeException e) {
        call.onError(e);
      }
      refused = joined == null;
    }
  }

  private void join(ReadReq request) {
    if (!request.hasOptions()) {
      throw Errors.unknown("The first message has no options");
    }
    var options = request.getOptions();
    var key =
        GroupRequests.key(
            options.hasStreamIdentifier(),
            options.getStreamIdentifier(),
            options.hasAll(),
            options.getGroupName());
    if (key.stream().isEmpty() || key.group().isEmpty()) {
      throw Errors.unknown("The request names no stream or no group");
    }
    if (options.getBufferSize() <= 0) {
      throw Errors.unknown("The buffer size must be positive");
    }
    if (!options.hasUuidOption()) {
      throw Errors.unknown("The request has no UUID option");
    }
    var access = policy.mayRead(key.stream());
    var subscription = subscriptions.groups().find(key);
    if (subscription == null) {
      var missing = Errors.persistentSubscriptionDoesNotExist(key.stream(), key.group());
      var _ =
          access.whenComplete(
              (_, denied) -> call.onError(denied == null ? missing : Errors.of(denied)));
      return;
    }
    var subscriber =
        new Subscriber(
            call,
            new Consumer(options.getBufferSize(), Instant.now()),
            !options.getUuidOption().hasString(),
            connectionName,
            user);
    var _ =
        access.whenComplete(
            (_, denied) ->
                subscription.execute(
                    () -> {
                      if (denied == null) {
                        subscription.connect(subscriber);
                      } else {
                        subscriber.end(Errors.of(denied));
                      }
                    }));
    joined = new Joined(subscription, subscriber);
  }

  /** In the mailbox. Ids that mean nothing are passed over. */
  private void settle(Joined joined, ReadReq request) {
    var group = joined.subscription.group();
    var consumer = joined.subscriber.consumer();
    var now = Instant.now();
    switch (request.getContentCase()) {
      case ACK -> each(request.getAck().getIdsList(), id -> group.acknowledge(consumer, id, now));
      case NACK -> {
        var ids = request.getNack().getIdsList();
        switch (request.getNack().getAction()) {
          case Unknown, Retry -> each(ids, id -> group.retry(consumer, id, now));
          case Park ->
              each(
                  ids,
                  id -> group.park(consumer, id, parkReason(request.getNack().getReason()), now));
          case Skip, Stop -> each(ids, id -> group.acknowledge(consumer, id, now));
          case UNRECOGNIZED -> {}
        }
      }
      case OPTIONS, CONTENT_NOT_SET -> {}
    }
    joined.handled++;
    if (joined.handled == MOST_WAITING / 2) {
      call.request(joined.handled);
      joined.handled = 0;
    }
  }

  private static String parkReason(String reason) {
    var length = Math.min(reason.length(), LONGEST_REASON);
    return "Parked by the consumer: " + reason.substring(0, length);
  }

  private static void each(
      List<Shared.UUID> ids, java.util.function.Consumer<java.util.UUID> action) {
    for (var id : ids) {
      var uuid = Uuids.parse(id);
      if (uuid != null) {
        action.accept(uuid);
      }
    }
  }

  private void left() {
    var known = joined;
    if (known != null) {
      known.subscription.execute(() -> known.subscription.disconnect(known.subscriber));
    }
  }

  private void ready() {
    var known = joined;
    if (known != null) {
      known.subscription.execute(known.subscriber::sendWaiting);
    }
  }

  /** The cancel handler has been told. */
  @Override
  public void onError(Throwable failure) {}

  /** A consumer that has no more to say still listens; one that never said who it is does not. */
  @Override
  public void onCompleted() {
    if (joined == null && !refused) {
      call.onCompleted();
    }
  }
}
