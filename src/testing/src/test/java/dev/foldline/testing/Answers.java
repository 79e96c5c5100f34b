package dev.foldline.testing;

import static org.awaitility.Awaitility.await;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** What comes of one gRPC call. */
final class Answers<T> implements StreamObserver<T> {

  private static final int SECONDS = 20;

  private record End(Status status, Metadata trailers) {}

  private final List<T> messages = new CopyOnWriteArrayList<>();
  private final CompletableFuture<End> end = new CompletableFuture<>();

  @Override
  public void onNext(T message) {
    messages.add(message);
  }

  @Override
  public void onError(Throwable failure) {
    Metadata trailers = Status.trailersFromThrowable(failure);
    end.complete(
        new End(
            Status.fromThrowable(failure), Objects.requireNonNullElseGet(trailers, Metadata::new)));
  }

  @Override
  public void onCompleted() {
    end.complete(new End(Status.OK, new Metadata()));
  }

  List<T> messages() {
    return messages;
  }

  /** Waits for it. */
  T first() {
    await().atMost(Duration.ofSeconds(SECONDS)).until(() -> !messages.isEmpty() || isOver());
    return messages.getFirst();
  }

  boolean isOver() {
    return end.isDone();
  }

  /** Waits until it ends. */
  Status status() {
    return end().status();
  }

  /** Waits until it ends. */
  String trailer(String name) {
    return String.valueOf(
        end().trailers().get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
  }

  private End end() {
    return end.orTimeout(SECONDS, TimeUnit.SECONDS).join();
  }
}
