package dev.foldline.embedded.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq.Nack.Action;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadResp;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadResp.ReadEvent;
import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc.PersistentSubscriptionsStub;
import com.eventstore.dbclient.proto.shared.Shared.UUID;
import dev.foldline.embedded.log.LogEvent;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A consumer on the wire: what it received as text such as {@code 0@stream type r0}, in order. */
final class TestConsumer implements ClientResponseObserver<ReadReq, ReadResp> {
  private static final int SECONDS = 8;

  private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
  private final List<ReadEvent> events = new ArrayList<>();
  private @Nullable ClientCallStreamObserver<ReadReq> call;

  StreamObserver<ReadReq> open(PersistentSubscriptionsStub stub) {
    return stub.read(this);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ReadReq> call) {
    this.call = call;
  }

  @Override
  public void onNext(ReadResp response) {
    received.add(response);
  }

  @Override
  public void onError(Throwable error) {
    received.add(error);
  }

  @Override
  public void onCompleted() {
    received.add("completed");
  }

  private @Nullable Object poll(long millis) {
    try {
      return received.poll(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Object next() {
    var next = poll(TimeUnit.SECONDS.toMillis(SECONDS));
    assertThat(next).as("received in time").isNotNull();
    return Objects.requireNonNull(next);
  }

  String confirmed() {
    var response = next();
    assertThat(response).isInstanceOf(ReadResp.class);
    assertThat(((ReadResp) response).hasSubscriptionConfirmation()).isTrue();
    return ((ReadResp) response).getSubscriptionConfirmation().getSubscriptionId();
  }

  /** The next events; they can be acknowledged by their index among all received so far. */
  List<String> take(int count) {
    var texts = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      var response = next();
      assertThat(response).isInstanceOf(ReadResp.class);
      var event = ((ReadResp) response).getEvent();
      events.add(event);
      texts.add(text(event));
    }
    return texts;
  }

  /** How the call ended. */
  String end() {
    var end = next();
    return end instanceof StatusRuntimeException error
        ? GroupFixture.failure(error)
        : end.toString();
  }

  /**
   * Whether nothing more comes for a while: for tests that have seen something else happen
   * meanwhile.
   */
  boolean isQuiet() {
    return isQuiet(200);
  }

  boolean isQuiet(long millis) {
    var next = poll(millis);
    if (next instanceof ReadResp response && response.hasEvent()) {
      events.add(response.getEvent());
    }
    return next == null;
  }

  ReadEvent event(int index) {
    return events.get(index);
  }

  int size() {
    return events.size();
  }

  void ack(int... indexes) {
    var request = ReadReq.newBuilder();
    for (var index : indexes) {
      request.getAckBuilder().addIds(id(index));
    }
    send(request);
  }

  void ackAll() {
    var request = ReadReq.newBuilder();
    for (int index = 0; index < events.size(); index++) {
      request.getAckBuilder().addIds(id(index));
    }
    send(request);
  }

  void ackIds(UUID... ids) {
    send(ReadReq.newBuilder().setAck(ReadReq.Ack.newBuilder().addAllIds(List.of(ids))));
  }

  void nack(Action action, int... indexes) {
    var request = ReadReq.newBuilder();
    request.getNackBuilder().setAction(action).setReason("because");
    for (var index : indexes) {
      request.getNackBuilder().addIds(id(index));
    }
    send(request);
  }

  void send(ReadReq.Builder request) {
    Objects.requireNonNull(call).onNext(request.build());
  }

  private UUID id(int index) {
    var event = events.get(index);
    return event.hasLink() ? event.getLink().getId() : event.getEvent().getId();
  }

  void cancel() {
    Objects.requireNonNull(call).cancel("leaving", null);
  }

  void halfClose() {
    Objects.requireNonNull(call).onCompleted();
  }

  private static String text(ReadEvent event) {
    var text = event.hasEvent() ? text(event.getEvent()) : "none";
    if (event.hasLink()) {
      text += " via " + text(event.getLink());
    }
    return text + " r" + event.getRetryCount();
  }

  private static String text(ReadEvent.RecordedEvent event) {
    var revision =
        event.getStreamRevision() == LogEvent.TOMBSTONE_REVISION
            ? "MAX"
            : Long.toString(event.getStreamRevision());
    return revision
        + "@"
        + event.getStreamIdentifier().getStreamName().toStringUtf8()
        + " "
        + event.getMetadataMap().get("type");
  }
}
