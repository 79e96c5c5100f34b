package dev.foldline.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Recorded;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.subscriptions.Delivery;
import dev.foldline.eventstoredb.subscriptions.Group;
import dev.foldline.eventstoredb.subscriptions.PersistentSource;
import dev.foldline.eventstoredb.subscriptions.SubscriptionTiming;
import dev.foldline.eventstoredb.subscriptions.SupervisedSubscription;
import io.vertx.core.Vertx;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.mutiny.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What one would write by hand to keep the same read models: one event, one write, one
 * acknowledgement.
 */
final class NaiveConsumer {

  private static final int EVENTS = 5_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Vertx vertx;
  private final EventStore store;
  private final EventCodec codec;
  private final Redis redis;

  NaiveConsumer(Vertx vertx, EventStore store, EventCodec codec, Redis redis) {
    this.vertx = vertx;
    this.store = store;
    this.codec = codec;
    this.redis = redis;
  }

  /** Writes what an event changes, under a name. */
  interface Writer {
    void write(String name, Recorded<ProjectionBenchmark.Movement> event);
  }

  /** One event, one write, one acknowledgement, then the next one. */
  double run(String group, Writer writer) throws InterruptedException {
    int done = 0;
    BlockingQueue<Delivery> waiting = new LinkedBlockingQueue<>();
    var holder = new SupervisedSubscription[1];
    SupervisedSubscription subscription =
        new SupervisedSubscription(
            new PersistentSource(store, Group.ofCategories(group, List.of("account"), 10), false),
            vertx,
            vertx.getOrCreateContext(),
            SubscriptionTiming.DEFAULT,
            () -> {
              if (holder[0] != null) {
                waiting.addAll(holder[0].take(100, 100));
              }
            });
    holder[0] = subscription;
    long started = System.nanoTime();
    subscription.start();
    while (done < EVENTS) {
      Delivery delivery = waiting.poll(ProjectionBenchmark.LIMIT.toSeconds(), TimeUnit.SECONDS);
      if (delivery == null) {
        throw new IllegalStateException("no event came");
      }
      writer.write(group, codec.decode(delivery.event(), ProjectionBenchmark.MOVEMENTS).getFirst());
      delivery.ack();
      done++;
    }
    double rate = EVENTS / ProjectionBenchmark.seconds(started);
    subscription.stop(Duration.ZERO).await().atMost(ProjectionBenchmark.LIMIT);
    return rate;
  }

  /** No more than a number for each stream: what can be written without having read. */
  void count(String name, Recorded<ProjectionBenchmark.Movement> event) {
    redis
        .send(
            Request.cmd(Command.HINCRBY)
                .arg(name)
                .arg(event.stream())
                .arg(ProjectionBenchmark.CENTS))
        .await()
        .atMost(ProjectionBenchmark.LIMIT);
  }

  /** The document of the stream, and the total. */
  void keepViews(String name, Recorded<ProjectionBenchmark.Movement> event) {
    Response stored =
        redis
            .send(Request.cmd(Command.HGET).arg(name).arg(event.stream()))
            .await()
            .atMost(ProjectionBenchmark.LIMIT);
    try {
      ProjectionBenchmark.Account before =
          stored == null
              ? null
              : JSON.readValue(stored.toString(), ProjectionBenchmark.Account.class);
      String after = JSON.writeValueAsString(ProjectionBenchmark.project(before, event).state());
      redis
          .batch(
              List.of(
                  Request.cmd(Command.HSET).arg(name).arg(event.stream()).arg(after),
                  Request.cmd(Command.HINCRBY)
                      .arg(name + "-total")
                      .arg("balance")
                      .arg(ProjectionBenchmark.CENTS)))
          .await()
          .atMost(ProjectionBenchmark.LIMIT);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
