package dev.foldline.embedded;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Everything that one call was answered, and how it ended. */
final class Answers<T> implements ClientResponseObserver<Object, T> {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final List<T> messages = new ArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private @Nullable ClientCallStreamObserver<?> call;
  private @Nullable Status status;
  private Metadata trailers = new Metadata();

  @Override
  public synchronized void beforeStart(ClientCallStreamObserver<Object> requests) {
    call = requests;
  }

  @Override
  public synchronized void onNext(T message) {
    messages.add(message);
  }

  @Override
  public synchronized void onError(Throwable failure) {
    status = Status.fromThrowable(failure);
    if (failure instanceof StatusRuntimeException error && error.getTrailers() != null) {
      trailers = error.getTrailers();
    }
    end.countDown();
  }

  @Override
  public synchronized void onCompleted() {
    status = Status.OK;
    end.countDown();
  }

  synchronized List<T> messages() {
    return List.copyOf(messages);
  }

  synchronized boolean ended() {
    return status != null;
  }

  synchronized Status status() {
    if (status == null) {
      throw new IllegalStateException("The call goes on");
    }
    return status;
  }

  synchronized String error() {
    return Wire.error(status(), trailers);
  }

  synchronized @Nullable String trailer(String key) {
    return trailers.get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER));
  }

  Answers<T> await() {
    try {
      if (!end.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("The call goes on");
      }
      return this;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Answers<T> until(Predicate<Answers<T>> condition) {
    Awaitility.await()
        .atMost(LIMIT)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> condition.test(this));
    return this;
  }

  void cancel() {
    if (call != null) {
      call.cancel("enough", null);
    }
  }
}
