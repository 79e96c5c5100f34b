package dev.foldline.embedded;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A client that takes nothing of what it asked for until it is told to. */
final class SlowReader<Q, R> implements ClientResponseObserver<Q, R> {
  private final AtomicReference<ClientCallStreamObserver<Q>> call = new AtomicReference<>();
  private final Semaphore messages = new Semaphore(0);
  private final CompletableFuture<Throwable> failed = new CompletableFuture<>();

  @SafeVarargs
  static SlowReader<ReadReq, ReadResp> of(
      Wire wire, String stream, Consumer<ReadReq.Options.Builder>... changes) {
    SlowReader<ReadReq, ReadResp> reader = new SlowReader<>();
    var request = Wire.reading(stream);
    for (var change : changes) {
      change.accept(request.getOptionsBuilder());
    }
    wire.stub().read(request.build(), reader);
    return reader;
  }

  /** Takes one message after the other until it has so many; answers how many it got in time. */
  int take(int count) throws InterruptedException {
    call.get().request(Integer.MAX_VALUE);
    boolean all = messages.tryAcquire(count, Wire.SECONDS, TimeUnit.SECONDS);
    call.get().cancel("enough", null);
    return all ? count : messages.availablePermits();
  }

  /** Takes the first message and, for now, no other. */
  void takeFirst() throws InterruptedException {
    call.get().request(1);
    if (!messages.tryAcquire(Wire.SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("nothing came");
    }
  }

  /** Takes all until the call fails; answers how it does. */
  Status failure() {
    call.get().request(Integer.MAX_VALUE);
    return Status.fromThrowable(failed.orTimeout(Wire.SECONDS, TimeUnit.SECONDS).join());
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> requests) {
    requests.disableAutoRequestWithInitial(0);
    call.set(requests);
  }

  @Override
  public void onNext(R message) {
    messages.release();
  }

  @Override
  public void onError(Throwable failure) {
    failed.complete(failure);
  }

  @Override
  public void onCompleted() {}
}
