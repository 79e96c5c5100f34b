package dev.foldline.embedded;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A subscriber that takes nothing until it is told to. */
final class SlowReader implements ClientResponseObserver<ReadReq, ReadResp> {
  private final AtomicReference<ClientCallStreamObserver<ReadReq>> call = new AtomicReference<>();
  private final Semaphore events = new Semaphore(0);

  static SlowReader subscribe(Wire wire, String stream) {
    SlowReader reader = new SlowReader();
    var request = Wire.reading(stream);
    Wire.subscription().accept(request.getOptionsBuilder());
    wire.stub().read(request.build(), reader);
    return reader;
  }

  /**
   * Takes one message after the other until it has so many events; answers how many it got in time.
   */
  int readAll(int count) throws InterruptedException {
    call.get().request(Integer.MAX_VALUE);
    boolean all = events.tryAcquire(count, Wire.SECONDS, TimeUnit.SECONDS);
    call.get().cancel("enough", null);
    return all ? count : events.availablePermits();
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ReadReq> requests) {
    requests.disableAutoRequestWithInitial(0);
    call.set(requests);
  }

  @Override
  public void onNext(ReadResp message) {
    if (message.hasEvent()) {
      events.release();
    }
  }

  @Override
  public void onError(Throwable failure) {}

  @Override
  public void onCompleted() {}
}
