package dev.foldline.readmodels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.DeleteStreamOptions;
import com.eventstore.dbclient.PersistentSubscriptionStats;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Category;
import dev.foldline.core.Listing;
import dev.foldline.core.Namespace;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Projection;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.subscriptions.Group;
import dev.foldline.readmodels.ProjectionRunner.Duty;
import dev.foldline.redis.Builds;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.ReadModels;
import dev.foldline.redis.Views;
import dev.foldline.testing.Cable;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.JavaProcess;
import dev.foldline.testing.RedisProcess;
import dev.foldline.testing.RedisServer;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.mutiny.redis.client.Response;
import io.vertx.redis.client.RedisOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A real event store and a real Redis that can go away, and instances of an application on them.
 */
final class Ground implements AutoCloseable {

  static final Namespace NAMESPACE = new Namespace("bank");

  /** A build reads all of the log, which is long where the store is given. */
  static final Duration LIMIT = Duration.ofMinutes(2);

  /**
   * A pace at which only checkpoints are hurried.
   *
   * @param keep between two checkpoints
   * @param absence how many of those another version may be silent before it counts as left
   */
  static Pace keeping(Duration keep, int absence) {
    Pace usual = Pace.DEFAULT;
    return new Pace(usual.survey(), keep, absence, usual.replay(), usual.patience());
  }

  /** The category of the test that runs: a store that is given holds the events of others too. */
  static String n = EventStoreServer.unique("n");

  private final Path data;
  private final EventStoreServer storeServer;
  private final RedisServer redisServer;
  private final Vertx vertx = Vertx.vertx();
  private final List<Instance> instances = new ArrayList<>();
  private final List<JavaProcess> processes = new ArrayList<>();
  private final List<Cable> cables = new ArrayList<>();
  private final String wayToStore;
  private final String wayToRedis;
  private final EventStore store;
  private final Redis redis;
  final ReadModels models;
  final Views views;

  Ground(Path data) {
    this(data, false);
  }

  /**
   * @param killed whether the store runs in a process of its own, and is stopped by {@code kill
   *     -9}, and processes are connected by cables that can be cut
   */
  Ground(Path data, boolean killed) {
    this.data = data;
    anew();
    Path directory = data.resolve("store");
    this.storeServer =
        killed ? EventStoreServer.startProcess(directory) : EventStoreServer.start(directory);
    this.redisServer = RedisServer.start("--appendonly", "yes", "--dir", data.toString());
    this.wayToStore =
        killed
            ? "esdb://localhost:" + lay(storeServer.port()) + "?tls=false"
            : storeServer.connectionString();
    this.wayToRedis =
        killed ? "redis://127.0.0.1:" + lay(redisServer.process().port()) : redisServer.url();
    this.store = newStore();
    this.redis = client(vertx);
    this.models = models(redis);
    this.views = new Views(models);
  }

  static void anew() {
    n = EventStoreServer.unique("n");
  }

  private int lay(int port) {
    Cable cable = new Cable(port);
    cables.add(cable);
    return cable.port();
  }

  private EventStore newStore() {
    return new EventStore(storeServer.connectionString(), Duration.ofSeconds(5));
  }

  private Redis client(Vertx on) {
    return Redis.createClient(
        on, new RedisOptions().setConnectionString(redisServer.url()).setMaxPoolWaiting(1_000));
  }

  private static ReadModels models(Redis redis) {
    return new ReadModels(redis, new ObjectMapper(), Duration.ofSeconds(3), Ground.NAMESPACE);
  }

  void stopStore() {
    storeServer.stop();
  }

  void startStore() {
    storeServer.comeBack();
  }

  /** Redis goes away, as by {@code kill -9}, and comes back with what it had. */
  void restartRedis() {
    redisServer.process().kill();
    redisServer.process().start();
  }

  /** Redis goes away and comes back with nothing. */
  void restartRedisEmpty() {
    restartRedisFrom(data.resolve("nothing"));
  }

  /** The store does not answer, its connections open, while something is done. */
  void whileStoreHangs(Runnable action) {
    storeServer.hangWhile(action);
  }

  /** Redis does not answer, its connections open, while something is done. */
  void whileRedisHangs(Runnable action) {
    redisServer.process().hangWhile(action);
  }

  void emptyRedis() {
    redisServer.empty();
  }

  /** Sends Redis a command. */
  void redis(String name, String... arguments) {
    Request request = Request.cmd(Command.create(name));
    for (String argument : arguments) {
      request.arg(argument);
    }
    redis.send(request).await().atMost(LIMIT);
  }

  /** Redis may evict what it has, as its policy says. */
  void mayEvict(String policy) {
    RedisServer.mustBeOwn("sets what the whole of Redis goes by");
    redis("CONFIG", "SET", "maxmemory-policy", policy);
    redis("CONFIG", "SET", "maxmemory", "1gb");
  }

  /** Keeps a copy of what Redis has, as a replica may. */
  void rememberRedis() {
    RedisServer.mustBeOwn("copies what Redis has on disk");
    copy(data.resolve("appendonlydir"), data.resolve("older"));
  }

  /** Redis goes away and comes back with what it had when it was remembered. */
  void restartOlderRedis() {
    restartRedisFrom(data.resolve("older"));
  }

  private void restartRedisFrom(Path directory) {
    RedisProcess process = redisServer.process();
    process.kill();
    copy(directory, data.resolve("appendonlydir"));
    process.start();
  }

  /** Replaces a directory of files by another one, be it there or not. */
  static void copy(Path from, Path to) {
    try {
      for (Path file : files(to)) {
        Files.delete(file);
      }
      Files.createDirectories(to);
      for (Path file : files(from)) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> files(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  /** The store, for what applications leave alone. */
  EventStoreServer official() {
    return storeServer;
  }

  EventStore store() {
    return store;
  }

  void append(String stream, long... numbers) {
    append(
        stream,
        LongStream.of(numbers).mapToObj(n -> event("counted", "{\"number\":" + n + "}")).toList());
  }

  /** Appends events once, however often it takes: the store knows them by their ids. */
  void append(String stream, List<StoredEvent> events) {
    store
        .append(stream, events)
        .onFailure(failure -> failure instanceof Unavailable || failure instanceof OutcomeUnknown)
        .retry()
        .withBackOff(Duration.ofMillis(50))
        .atMost(10)
        .await()
        .atMost(LIMIT);
  }

  /** Deletes a stream, so that it may begin anew; or for good, by a tombstone. */
  void delete(String stream, boolean forGood) {
    DeleteStreamOptions options = DeleteStreamOptions.get();
    Uni.createFrom()
        .completionStage(
            () ->
                forGood
                    ? storeServer.client().tombstoneStream(stream, options)
                    : storeServer.client().deleteStream(stream, options))
        .await()
        .atMost(LIMIT);
  }

  static StoredEvent event(String type, String json) {
    return new StoredEvent(
        UUID.randomUUID(), type, json.getBytes(StandardCharsets.UTF_8), new byte[0]);
  }

  Optional<View<Counting.Sum>> document(Projection<Counting.Sum> projection, String stream) {
    return views.document(projection, stream).await().atMost(LIMIT);
  }

  Map<String, BigInteger> totals(Projection<?> projection) {
    return views.totals(projection, "all").await().atMost(LIMIT);
  }

  /** The read models come to hold so much, of so many events. */
  void awaitTotals(long sum, long events) {
    await()
        .atMost(LIMIT)
        .ignoreException(Unavailable.class)
        .untilAsserted(
            () ->
                assertThat(totals(Counting.sums(1)))
                    .containsEntry("sum", BigInteger.valueOf(sum))
                    .containsEntry("events", BigInteger.valueOf(events)));
  }

  /** The owners of streams, with the sums of all that they own. */
  static Map<String, Long> best(Views views, Projection<?> projection) {
    return views.page(projection, Listing.of("best")).await().atMost(LIMIT).entries().stream()
        .collect(Collectors.toMap(Listing.Ranked::member, Listing.Ranked::score));
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
            .send(
                Request.cmd(Command.HGET).arg("foldline:1:bank:{sums-" + n + "}:builds").arg(field))
            .await()
            .atMost(LIMIT),
        "");
  }

  /** What the group of a projection has parked. */
  long parked(Projection<?> projection) throws Exception {
    return stats(projection).getParkedMessageCount();
  }

  private PersistentSubscriptionStats stats(Projection<?> projection) throws Exception {
    return storeServer
        .subscriptions()
        .getInfoToAll("bank:" + projection.name() + "-v" + projection.version())
        .get(10, TimeUnit.SECONDS)
        .orElseThrow()
        .getStats();
  }

  /** What the group of a projection has not acknowledged, and what it has parked. */
  long unsettled(Projection<?> projection) throws Exception {
    var stats = stats(projection);
    return stats.getTotalInFlightMessages()
        + stats.getLiveBufferCount()
        + stats.getReadBufferCount()
        + stats.getRetryBufferCount()
        + stats.getParkedMessageCount();
  }

  /** Builds the read models of a projection, and does something before each scan of the log. */
  Building building(Projection<Counting.Sum> projection, Runnable beforeScan) {
    Discards discards = new Discards(store, Ground.NAMESPACE, projection.name());
    var appliers =
        new Applier.Factory<>(
            store,
            new EventCodec(List.of(Counting.category())),
            models,
            projection,
            OnPoison.HOLD,
            discards,
            new Figures());
    return new Building(
        store,
        new Builds(models, projection),
        Group.ofCategories(projection.name() + "-test", List.of(n), 100),
        discards,
        build -> {
          beforeScan.run();
          return appliers.of(build);
        });
  }

  /** An instance of an application that has one projection. */
  final class Instance {

    private final Vertx own = Vertx.vertx();
    private final EventStore ownStore = newStore();
    final ProjectionRunner<Counting.Sum> runner;

    Instance(Projection<Counting.Sum> projection, OnPoison onPoison) {
      this(projection, onPoison, Pace.DEFAULT);
    }

    Instance(Projection<Counting.Sum> projection, OnPoison onPoison, Pace pace) {
      this(projection, onPoison, projection.categories(), pace, EnumSet.allOf(Duty.class));
    }

    Instance(
        Projection<Counting.Sum> projection, OnPoison onPoison, Category<?> category, Pace pace) {
      this(projection, onPoison, List.of(category), pace, EnumSet.allOf(Duty.class));
    }

    private Instance(
        Projection<Counting.Sum> projection,
        OnPoison onPoison,
        List<Category<?>> categories,
        Pace pace,
        Set<Duty> duties) {
      runner =
          new ProjectionRunner<>(
              own.getDelegate(),
              ownStore,
              new EventCodec(categories),
              models(client(own)),
              projection,
              onPoison,
              pace);
      instances.add(this);
      runner.start(duties);
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

  /** An instance that does a part of what there is to do. */
  Instance start(Set<Duty> duties, Pace pace) {
    Projection<Counting.Sum> sums = Counting.sums(1);
    return new Instance(sums, OnPoison.HOLD, sums.categories(), pace, duties);
  }

  /** An instance in a process of its own. */
  JavaProcess startProcess(int version, Duration slowness) {
    return startProcess(version, OnPoison.HOLD, slowness, EnumSet.allOf(Duty.class));
  }

  JavaProcess startProcess(int version, OnPoison onPoison, Duration slowness, Set<Duty> duties) {
    JavaProcess process =
        ProjectorProcess.start(wayToStore, wayToRedis, version, onPoison, slowness, duties);
    processes.add(process);
    return process;
  }

  /** Breaks the connections of processes. */
  void cutCables() {
    cables.forEach(Cable::cut);
  }

  /** The connections of processes stay, and pass nothing on any more. */
  void silenceCables() {
    cables.forEach(Cable::silence);
  }

  /**
   * Takes a key away, as Redis does that may evict; nothing, where there is none.
   *
   * @param kind of which it is, as the end of a key's name begins
   */
  void evict(Random random, String kind) {
    Response keys =
        redis
            .send(Request.cmd(Command.KEYS).arg("foldline:1:bank:{sums-" + n + ":*}:" + kind + "*"))
            .await()
            .atMost(LIMIT);
    if (keys.size() > 0) {
      redis("DEL", keys.get(random.nextInt(keys.size())).toString());
    }
  }

  @Override
  public void close() {
    processes.forEach(JavaProcess::close);
    cables.forEach(Cable::close);
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
    storeServer.close();
    redisServer.close();
    vertx.closeAndAwait();
  }
}
