package dev.foldline.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Category;
import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Namespace;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Stored;
import dev.foldline.core.StoredEvent;
import dev.foldline.embedded.EmbeddedEventStore;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.readmodels.ProjectionRunner;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.ReadModels;
import dev.foldline.redis.Views;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisServer;

/**
 * Measures projections: a backlog through the subscription, the same by a naive consumer, a build
 * from the log, and how long an event takes to be seen. Store and Redis are real, on this machine.
 */
public final class ProjectionBenchmark {

  private static final int EVENTS = 100_000;
  private static final int STREAMS = 10_000;
  private static final int RATE = 500;
  private static final int SECONDS = 10;
  private static final int WARM_SECONDS = 5;
  private static final int WARM_ROUNDS = 3;
  private static final int WARM_EVENTS = 30_000;
  private static final int REBUILDS = 3;
  private static final int EVENTS_AT_ONCE = 5;
  static final long CENTS = 1234;
  static final Duration LIMIT = Duration.ofMinutes(3);

  sealed interface Movement {
    @Stored("deposited")
    record Deposited(long cents, String reason) implements Movement {}
  }

  record Account(String id, long balance, long events) {}

  static final Category<Movement> MOVEMENTS = Category.of("account", Movement.class);

  private static final Projection<Account> ACCOUNTS =
      Projection.of("bench", 1, Account.class).on(MOVEMENTS, ProjectionBenchmark::project);

  private final Vertx vertx = Vertx.vertx();
  private final EventCodec codec = new EventCodec(List.of(MOVEMENTS));
  private final EventStore store;
  private final Redis redis;
  private final ReadModels models;
  private final AtomicLong appended = new AtomicLong();

  private ProjectionBenchmark(String connectionString, int redisPort) {
    store = new EventStore(connectionString, Duration.ofSeconds(10));
    redis =
        Redis.createClient(
            vertx,
            new RedisOptions()
                .setConnectionString("redis://127.0.0.1:" + redisPort)
                .setMaxPoolWaiting(10_000));
    models =
        new ReadModels(redis, new ObjectMapper(), Duration.ofSeconds(10), new Namespace("bench"));
  }

  static Changes<Account> project(@Nullable Account account, Recorded<Movement> recorded) {
    return switch (recorded.event()) {
      case Movement.Deposited(var cents, _) -> {
        Account now =
            account == null
                ? new Account(recorded.id(), cents, 1)
                : new Account(account.id(), account.balance() + cents, account.events() + 1);
        yield Changes.to(now, new Change.Add("totals", "balance", cents));
      }
    };
  }

  /** Prints a table of figures. */
  public static void main(String[] args) throws Exception {
    Logs.atInfo();
    int port = Integer.getInteger("bench.redis-port", 21_399);
    RedisServer server =
        RedisServer.builder().port(port).bind("127.0.0.1").setting("save \"\"").build();
    server.start();
    try (EmbeddedEventStore embedded = EmbeddedEventStore.builder().start()) {
      new ProjectionBenchmark(embedded.connectionString(), port).run();
    } finally {
      server.stop();
    }
    System.exit(0);
  }

  private void run() throws Exception {
    ProjectionRunner<Account> first = runner();
    first.start();
    waitFor(() -> first.health().isSubscribed());
    visible(first, RATE, WARM_SECONDS);
    stop(first);

    for (int round = 0; round < WARM_ROUNDS; round++) {
      backlog(WARM_EVENTS);
    }
    double pipelined = backlog(EVENTS);
    print("backlog through the subscription, events/s", pipelined);
    NaiveConsumer consumer = new NaiveConsumer(vertx.getDelegate(), store, codec, redis);
    consumer.run("naive-warm", consumer::keepViews);
    double naive = consumer.run("naive", consumer::keepViews);
    print("the same views by a naive consumer, events/s", naive);
    print("  times as fast", pipelined / naive);
    consumer.run("count-warm", consumer::count);
    double counting = consumer.run("count", consumer::count);
    print("a naive consumer that only counts, events/s", counting);
    print("  times as fast", pipelined / counting);

    ProjectionRunner<Account> last = runner();
    last.start();
    waitFor(() -> last.health().isSubscribed());
    for (int round = 1; round <= REBUILDS; round++) {
      long rebuilding = System.nanoTime();
      long events = last.rebuild(LIMIT).orElseThrow().progress().events();
      print("build from the log, round " + round + ", events/s", events / seconds(rebuilding));
    }
    waitFor(() -> last.health().isSubscribed());
    long[] micros = visible(last, RATE, SECONDS);
    Arrays.sort(micros);
    print("append to visible at " + RATE + "/s, p50 ms", micros[micros.length / 2] / 1e3);
    print("append to visible at " + RATE + "/s, p99 ms", micros[micros.length * 99 / 100] / 1e3);
    stop(last);
    verify();
  }

  private static void stop(ProjectionRunner<?> runner) {
    runner.stop(Duration.ofSeconds(5)).await().atMost(LIMIT);
  }

  /** Appends events while nobody is there, and measures how fast they are caught up with. */
  private double backlog(int events) throws InterruptedException {
    append(events);
    ProjectionRunner<Account> runner = runner();
    long started = System.nanoTime();
    runner.start();
    waitFor(() -> runner.figures().applied() >= events);
    double rate = events / seconds(started);
    stop(runner);
    return rate;
  }

  /** Each event took effect once. */
  private void verify() {
    Map<String, BigInteger> totals =
        new Views(models).totals(ACCOUNTS, "totals").await().atMost(LIMIT);
    if (!BigInteger.valueOf(CENTS * appended.get()).equals(totals.get("balance"))) {
      throw new IllegalStateException(appended + " events make no " + totals);
    }
  }

  private ProjectionRunner<Account> runner() {
    return new ProjectionRunner<>(
        vertx.getDelegate(), store, codec, models, ACCOUNTS, OnPoison.HOLD);
  }

  private void append(int events) {
    Multi.createFrom()
        .range(0, events / EVENTS_AT_ONCE)
        .onItem()
        .transformToUni(
            i ->
                append(
                    "account-" + i % STREAMS,
                    IntStream.range(0, EVENTS_AT_ONCE).mapToObj(_ -> deposited()).toList()))
        .merge(64)
        .collect()
        .last()
        .await()
        .atMost(LIMIT);
  }

  private Uni<?> append(String stream, List<StoredEvent> events) {
    appended.addAndGet(events.size());
    return store.append(stream, events);
  }

  private static StoredEvent deposited() {
    return new StoredEvent(
        UUID.randomUUID(),
        "deposited",
        "{\"cents\":1234,\"reason\":\"a reason of some length, as events have them, to make about two hundred bytes\"}"
            .getBytes(StandardCharsets.UTF_8),
        new byte[0]);
  }

  /** Microseconds from before the append until a query answers with the event. */
  private long[] visible(ProjectionRunner<?> runner, int rate, int duration) {
    Views views = new Views(models);
    long begin = System.nanoTime();
    List<Long> micros =
        Multi.createFrom()
            .range(0, rate * duration)
            .onItem()
            .transformToUni(
                i -> {
                  long due = begin + i * 1_000_000_000L / rate;
                  return Uni.createFrom()
                      .voidItem()
                      .onItem()
                      .delayIt()
                      .by(Duration.ofNanos(Math.max(1_000_000, due - System.nanoTime())))
                      .chain(() -> untilSeen(views, "account-v" + runner.hashCode() + "x" + i));
                })
            .merge(1_000)
            .collect()
            .asList()
            .await()
            .atMost(LIMIT);
    return micros.stream().mapToLong(Long::longValue).toArray();
  }

  private Uni<Long> untilSeen(Views views, String stream) {
    long started = System.nanoTime();
    return append(stream, List.of(deposited()))
        .chain(() -> seen(views, stream))
        .map(_ -> (System.nanoTime() - started) / 1_000);
  }

  private Uni<Boolean> seen(Views views, String stream) {
    return views
        .document(ACCOUNTS, stream)
        .chain(
            view ->
                view.isPresent()
                    ? Uni.createFrom().item(true)
                    : Uni.createFrom()
                        .voidItem()
                        .onItem()
                        .delayIt()
                        .by(Duration.ofMillis(1))
                        .chain(() -> seen(views, stream)));
  }

  private static void waitFor(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("not within " + LIMIT);
      }
      Thread.sleep(1);
    }
  }

  static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static void print(String what, double value) {
    System.out.printf("%-50s %,12.1f%n", what, value);
  }
}
