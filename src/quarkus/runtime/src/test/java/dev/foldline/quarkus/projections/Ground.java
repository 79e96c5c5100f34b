package dev.foldline.quarkus.projections;

import com.eventstore.dbclient.PersistentSubscriptionStats;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Projection;
import dev.foldline.core.View;
import dev.foldline.embedded.EmbeddedEventStore;
import dev.foldline.eventstoredb.EventCodec;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.StoredEvent;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.ReadModels;
import dev.foldline.redis.Views;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.redis.client.RedisOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import redis.embedded.RedisServer;

/**
 * A real event store and a real Redis that can go away, and instances of an application on them.
 */
final class Ground implements AutoCloseable {

  static final Duration LIMIT = Duration.ofSeconds(30);

  private final Path data;
  private final int redisPort = freePort();
  private final int storePort;
  private final Vertx vertx = Vertx.vertx();
  private final List<Instance> instances = new ArrayList<>();
  private final List<ProjectorProcess> processes = new ArrayList<>();
  private EmbeddedEventStore server;
  private RedisServer redisServer;
  private final Cable storeCable;
  private final Cable redisCable;
  private final EventStore store;
  private final Redis redis;
  final ReadModels models;
  final Views views;

  Ground(Path data) {
    this.data = data;
    this.server = EmbeddedEventStore.builder().data(data.resolve("store")).fsync(false).start();
    this.storePort = server.port();
    this.redisServer = startRedis();
    this.storeCable = new Cable(storePort);
    this.redisCable = new Cable(redisPort);
    this.store = new EventStore(server.connectionString(), Duration.ofSeconds(5));
    this.redis = client(vertx);
    this.models = models(redis);
    this.views = new Views(models);
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RedisServer startRedis() {
    RedisServer fresh =
        RedisServer.builder()
            .port(redisPort)
            .bind("127.0.0.1")
            .setting("save \"\"")
            .setting("appendonly yes")
            .setting("dir " + data)
            .build();
    fresh.start();
    return fresh;
  }

  private Redis client(Vertx on) {
    return Redis.createClient(
        on,
        new RedisOptions()
            .setConnectionString("redis://127.0.0.1:" + redisPort)
            .setMaxPoolWaiting(1_000));
  }

  private static ReadModels models(Redis redis) {
    return new ReadModels(redis, new ObjectMapper(), Duration.ofSeconds(3));
  }

  void stopStore() {
    server.close();
  }

  void startStore() {
    server =
        EmbeddedEventStore.builder()
            .data(data.resolve("store"))
            .fsync(false)
            .port(storePort)
            .start();
  }

  /** Redis goes away and comes back with what it had. */
  void restartRedis() {
    redisServer.stop();
    redisServer = startRedis();
  }

  void emptyRedis() {
    redis.send(Request.cmd(Command.create("FLUSHALL"))).await().atMost(LIMIT);
  }

  EventStore store() {
    return store;
  }

  void append(String stream, long... numbers) {
    append(
        stream,
        LongStream.of(numbers).mapToObj(n -> event("counted", "{\"number\":" + n + "}")).toList());
  }

  void append(String stream, List<StoredEvent> events) {
    store.append(stream, events).await().atMost(LIMIT);
  }

  static StoredEvent event(String type, String json) {
    return new StoredEvent(
        UUID.randomUUID(), type, json.getBytes(StandardCharsets.UTF_8), new byte[0]);
  }

  Optional<View<Counting.Sum>> document(Projection<Counting.Sum, ?> projection, String stream) {
    return views.document(projection, stream).await().atMost(LIMIT);
  }

  Map<String, BigInteger> totals(Projection<?, ?> projection) {
    return views.totals(projection, "all").await().atMost(LIMIT);
  }

  /** Which build of the projection queries read. */
  String active() {
    return builds("active");
  }

  /** How many events are in the build of a version that is on its way. */
  long built(int version) {
    String events = builds("events:" + builds("building:" + version));
    return events.isEmpty() ? 0 : Long.parseLong(events);
  }

  private String builds(String field) {
    return Objects.toString(
        redis
            .send(Request.cmd(Command.HGET).arg("foldline:{sums}:builds").arg(field))
            .await()
            .atMost(LIMIT),
        "");
  }

  /** What the group of a projection has parked. */
  long parked(Projection<?, ?> projection) throws Exception {
    return stats(projection).getParkedMessageCount();
  }

  private PersistentSubscriptionStats stats(Projection<?, ?> projection) throws Exception {
    return store
        .subscriptions()
        .getInfoToAll(projection.name() + "-v" + projection.version())
        .get(10, TimeUnit.SECONDS)
        .orElseThrow()
        .getStats();
  }

  /** What the group of a projection has not acknowledged, and what it has parked. */
  long unsettled(Projection<?, ?> projection) throws Exception {
    var stats = stats(projection);
    return stats.getTotalInFlightMessages()
        + stats.getLiveBufferCount()
        + stats.getReadBufferCount()
        + stats.getRetryBufferCount()
        + stats.getParkedMessageCount();
  }

  /** An instance of an application that has one projection. */
  final class Instance {

    private final Vertx own = Vertx.vertx();
    private final EventStore ownStore =
        new EventStore(server.connectionString(), Duration.ofSeconds(5));
    final ProjectionRunner<Counting.Sum, Counting> runner;

    Instance(Projection<Counting.Sum, Counting> projection, OnPoison onPoison) {
      runner =
          new ProjectionRunner<>(
              own.getDelegate(),
              ownStore,
              new EventCodec(List.of(Counting.TYPES)),
              models(client(own)),
              projection,
              onPoison);
      instances.add(this);
      runner.start();
    }

    void stop() {
      runner.stop(Duration.ofSeconds(5)).await().atMost(LIMIT);
      kill();
    }

    /** Its connections end, whatever is in hand. */
    void kill() {
      instances.remove(this);
      ownStore.close();
      own.closeAndAwait();
    }
  }

  Instance start(int version) {
    return new Instance(Counting.sums(version), OnPoison.HOLD);
  }

  /** An instance in a process of its own. */
  ProjectorProcess startProcess(int version, Duration slowness) {
    ProjectorProcess process =
        ProjectorProcess.start(storeCable.port(), redisCable.port(), version, slowness);
    processes.add(process);
    return process;
  }

  /** Breaks the connections of processes. */
  void cutCables() {
    storeCable.cut();
    redisCable.cut();
  }

  @Override
  public void close() {
    processes.forEach(ProjectorProcess::kill);
    storeCable.close();
    redisCable.close();
    for (Instance instance : List.copyOf(instances)) {
      Uni.createFrom()
          .voidItem()
          .chain(() -> instance.runner.stop(Duration.ZERO))
          .onFailure()
          .recoverWithNull()
          .await()
          .atMost(LIMIT);
      instance.kill();
    }
    store.close();
    server.close();
    redisServer.stop();
    vertx.closeAndAwait();
  }
}
