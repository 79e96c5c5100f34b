package dev.foldline.redis;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Stands before Redis: a test decides what becomes of each request, of which it has the text. */
final class Meddler {

  /** What becomes of a request. */
  enum Fate {
    DONE,
    NEVER_ARRIVES,
    ANSWER_LOST,
    /** Whoever sent it is told that it failed; it is done when the test says so. */
    DONE_LATE
  }

  private final Queue<Runnable> late = new ConcurrentLinkedQueue<>();
  private final Queue<Future<?>> running = new ConcurrentLinkedQueue<>();
  private final Redis real;
  private final Function<String, Future<Fate>> plan;

  /**
   * @param plan of each request; what comes later waits for what the plan does
   */
  Meddler(io.vertx.mutiny.redis.client.Redis client, Function<String, Future<Fate>> plan) {
    this.real = client.getDelegate();
    this.plan = plan;
  }

  io.vertx.mutiny.redis.client.Redis client() {
    return io.vertx.mutiny.redis.client.Redis.newInstance(new Client());
  }

  /** Begins some of what is to be done late. */
  void doLate(int most) {
    for (int i = 0; i < most; i++) {
      @Nullable Runnable next = late.poll();
      if (next == null) {
        return;
      }
      next.run();
    }
  }

  /** Completes when what was begun late is done. */
  Future<?> idle() {
    return Future.join(List.copyOf(running)).otherwiseEmpty();
  }

  private Future<@Nullable Response> send(RedisConnection connection, Request request) {
    return plan.apply(request.toString())
        .compose(
            fate ->
                switch (fate) {
                  case DONE -> connection.send(request);
                  case NEVER_ARRIVES -> broken();
                  case ANSWER_LOST -> connection.send(request).compose(_ -> broken());
                  case DONE_LATE -> {
                    late.add(() -> doNow(request));
                    yield broken();
                  }
                });
  }

  private void doNow(Request request) {
    Promise<@Nullable Response> done = Promise.promise();
    running.add(done.future());
    real.send(request).onComplete(done);
  }

  private static <T extends @Nullable Object> Future<T> broken() {
    return Future.failedFuture("the connection broke");
  }

  private final class Client implements Redis {

    @Override
    public Future<RedisConnection> connect() {
      return real.connect().map(Connection::new);
    }

    @Override
    public void close() {}

    @Override
    public Future<@Nullable Response> send(Request request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<List<@Nullable Response>> batch(List<Request> requests) {
      throw new UnsupportedOperationException();
    }
  }

  private final class Connection implements RedisConnection {

    private final RedisConnection connection;

    Connection(RedisConnection connection) {
      this.connection = connection;
    }

    @Override
    public RedisConnection exceptionHandler(@Nullable Handler<Throwable> handler) {
      connection.exceptionHandler(handler);
      return this;
    }

    @Override
    public RedisConnection handler(@Nullable Handler<Response> handler) {
      connection.handler(handler);
      return this;
    }

    @Override
    public RedisConnection pause() {
      connection.pause();
      return this;
    }

    @Override
    public RedisConnection resume() {
      connection.resume();
      return this;
    }

    @Override
    public RedisConnection fetch(long amount) {
      connection.fetch(amount);
      return this;
    }

    @Override
    public RedisConnection endHandler(@Nullable Handler<Void> handler) {
      connection.endHandler(handler);
      return this;
    }

    @Override
    public Future<@Nullable Response> send(Request request) {
      if (request.toString().contains("UNSUBSCRIBE")) { // by which a connection is given up
        return connection.send(request);
      }
      return Meddler.this.send(connection, request);
    }

    @Override
    public Future<List<@Nullable Response>> batch(List<Request> requests) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> close() {
      return connection.close();
    }

    @Override
    public boolean pendingQueueFull() {
      return connection.pendingQueueFull();
    }
  }
}
