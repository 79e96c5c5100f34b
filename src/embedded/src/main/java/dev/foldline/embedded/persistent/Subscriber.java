package dev.foldline.embedded.persistent;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadResp;
import dev.foldline.embedded.grpc.ReadEvents;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * One consumer's call: writes events as fast as the transport takes them, and holds back the rest,
 * which is never more than the consumer may have unacknowledged. Confined to the group's mailbox.
 */
final class Subscriber {
  private final ServerCallStreamObserver<ReadResp> call;
  private final Consumer consumer;
  private final boolean structuredIds;
  private final String connectionName;
  private final String user;
  private final Queue<Delivery> waiting = new ArrayDeque<>();
  private boolean left;

  private record Delivery(Message message, int retries) {}

  Subscriber(
      ServerCallStreamObserver<ReadResp> call,
      Consumer consumer,
      boolean structuredIds,
      String connectionName,
      String user) {
    this.call = call;
    this.consumer = consumer;
    this.structuredIds = structuredIds;
    this.connectionName = connectionName;
    this.user = user;
  }

  Consumer consumer() {
    return consumer;
  }

  String connectionName() {
    return connectionName;
  }

  String user() {
    return user;
  }

  void confirm(String subscriptionId) {
    var response = ReadResp.newBuilder();
    response.getSubscriptionConfirmationBuilder().setSubscriptionId(GroupKey.shown(subscriptionId));
    call.onNext(response.build());
  }

  void deliver(Message message, int retries) {
    if (waiting.isEmpty() && call.isReady()) {
      send(message, retries);
    } else {
      waiting.add(new Delivery(message, retries));
    }
  }

  /** The transport takes more. */
  void sendWaiting() {
    while (!waiting.isEmpty() && call.isReady()) {
      var delivery = waiting.remove();
      var message = delivery.message();
      // What timed out while it waited here has been delivered anew.
      if (consumer.holds(message) && message.retries() == delivery.retries()) {
        send(message, delivery.retries());
      }
    }
  }

  private void send(Message message, int retries) {
    call.onNext(
        ReadResp.newBuilder()
            .setEvent(
                ReadEvents.forPersistentSubscriptions(
                    message.event().source(), structuredIds, retries))
            .build());
  }

  /** The consumer has gone, maybe before it joined its group. */
  void leave() {
    left = true;
  }

  boolean hasLeft() {
    return left;
  }

  /** Ends the call; does nothing if the consumer has left already. */
  void end(StatusRuntimeException status) {
    if (!call.isCancelled()) {
      call.onError(status);
    }
  }
}
